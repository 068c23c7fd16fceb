import { type Facts, moment } from './facts.js';
import { messageText } from './messages.js';
import { TOPICS } from './people.js';
import type { TableRows } from './table-rows.js';

/** Conversations about reservations, who takes part, what they write, and what they are told of. */
export function conversationTables(facts: Facts): TableRows[] {
  const { sizes } = facts;
  return [
    {
      table: 'public.conversations',
      columns: 'id, subject, loft_id, reservation_id, created_by, created_at',
      *rows() {
        for (let row = 0; row < sizes.conversations; row++) {
          const draw = facts.draw(TOPICS.conversation, row);
          const { id, loft, guest } = facts.reservation((row * 4) % sizes.reservations);
          yield [
            facts.conversationId(row),
            row % 5 === 0 ? null : `Réservation de ${facts.guest(guest).fullName}`,
            facts.loftId(loft),
            id,
            facts.profileId(facts.participants(row)[0] ?? 0),
            moment(draw),
          ];
        }
      },
    },
    {
      table: 'public.conversation_participants',
      columns: 'conversation_id, profile_id, is_muted, joined_at',
      *rows() {
        for (let row = 0; row < sizes.conversations; row++) {
          const draw = facts.draw(TOPICS.other, row);
          for (const profile of facts.participants(row)) {
            yield [facts.conversationId(row), facts.profileId(profile), draw.chance(0.1), moment(draw)];
          }
        }
      },
    },
    {
      table: 'public.messages',
      columns: 'conversation_id, message_no, sender_id, reply_to_no, body, attachments, sent_at',
      *rows() {
        for (let row = 0; row < sizes.messages; row++) {
          const draw = facts.draw(TOPICS.message, row);
          const conversation = row % sizes.conversations;
          const number = Math.floor(row / sizes.conversations) + 1;
          const [first = 0, second = 0] = facts.participants(conversation);
          const [sender, other] = number % 2 ? [first, second] : [second, first];
          const { fullName, phone, email } = facts.profile(draw.chance(0.5) ? sender : other);
          yield [
            facts.conversationId(conversation),
            number,
            facts.profileId(sender),
            number > 1 && draw.chance(0.4) ? number - 1 : null,
            messageText({ draw, fullName, phone, email }),
            row % 25 === 0
              ? JSON.stringify([{ name: `contrat ${fullName}.pdf`, sentBy: email, bytes: draw.below(900_000) }])
              : null,
            moment(draw),
          ];
        }
      },
    },
    {
      table: 'public.notifications',
      columns: 'id, profile_id, kind, title, body, payload, read_at, created_at',
      *rows() {
        for (let row = 0; row < sizes.notifications; row++) {
          const draw = facts.draw(TOPICS.payment, -1 - row);
          const { fullName, phone } = facts.profile(draw.below(sizes.profiles));
          yield [
            row + 1,
            facts.profileId(draw.below(sizes.profiles)),
            draw.pick(['message', 'reservation', 'payment']),
            'Nouveau message',
            `${fullName} vous a écrit : appelez-moi au ${phone}`,
            JSON.stringify({
              from: { name: fullName, phone },
              conversation: facts.conversationId(draw.below(sizes.conversations)),
            }),
            draw.chance(0.6) ? moment(draw) : null,
            moment(draw),
          ];
        }
      },
    },
  ];
}
