import { type Facts, moment } from './facts.js';
import { TOPICS } from './people.js';
import type { TableRows } from './table-rows.js';

/** What the triggers would have written while the other tables grew. */
export function auditTables(facts: Facts): TableRows[] {
  const { sizes } = facts;
  return [
    {
      table: 'audit.audit_logs',
      columns: 'id, occurred_at, table_name, record_id, action, actor_id, actor_email, ip, old_values, new_values',
      *rows() {
        for (let row = 0; row < sizes.auditLogs; row++) {
          const draw = facts.draw(TOPICS.other, -1 - row);
          const actor = draw.below(sizes.profiles);
          const { email } = facts.profile(actor);
          const change =
            row % 3 === 0
              ? reservationChange(facts, draw.below(sizes.reservations))
              : profileChange(facts, draw.below(sizes.profiles));
          const action = draw.pick(['INSERT', 'UPDATE', 'UPDATE', 'DELETE']);
          yield [
            row + 1,
            moment(draw),
            change.table,
            change.id,
            action,
            facts.profileId(actor),
            email,
            `41.${draw.below(256)}.${draw.below(256)}.${draw.below(256)}`,
            action === 'INSERT' ? null : JSON.stringify({ ...change.values, ...change.before }),
            action === 'DELETE' ? null : JSON.stringify(change.values),
          ];
        }
      },
    },
    {
      table: 'audit.schema_versions',
      columns: 'version, applied_at, applied_by',
      rows: () =>
        ['2023.1', '2023.2', '2024.1', '2025.1'].map((version) => [
          version,
          `${version.slice(0, 4)}-02-01 00:00:00+00`,
          'deploy',
        ]),
    },
  ];
}

interface Change {
  table: string;
  id: string;
  values: Record<string, unknown>;
  before: Record<string, unknown>;
}

function profileChange(facts: Facts, row: number): Change {
  const { fullName, email, phone, street, city } = facts.profile(row);
  const id = facts.profileId(row);
  const values = {
    id,
    email,
    full_name: fullName,
    phone,
    preferences: { contact: { email, phones: [phone], address: { street, city } } },
  };
  return { table: 'profiles', id, values, before: { phone: `05${phone.slice(2).split('').reverse().join('')}` } };
}

function reservationChange(facts: Facts, row: number): Change {
  const { id, guest, checkIn, checkOut, status, total } = facts.reservation(row);
  const { fullName, phone } = facts.guest(guest);
  const note = `Merci de rappeler ${fullName} au ${phone}`;
  const values = {
    id,
    guest_id: facts.guestId(guest),
    check_in: checkIn,
    check_out: checkOut,
    status,
    total: Number(total),
    guest_note: note,
  };
  return { table: 'reservations', id: String(id), values, before: { status: 'pending' } };
}
