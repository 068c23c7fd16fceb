import type { TestSuite } from '../../../contracts/test-suites.js';
import { expectRefusal, expectThat, rolledBack } from './expectations.js';
import { addConversation, addProfile, becomeUser } from './people.js';

const INSUFFICIENT_PRIVILEGE = '42501';

export const accessSuite: TestSuite = {
  name: 'access',
  runInParallel: true,
  tests: [
    {
      name: "a user does not see another user's conversations",
      type: 'functionality',
      timeout: 10_000,
      retries: 1,
      async execute({ session }) {
        await rolledBack(session, async () => {
          const [sender, other, stranger] = [
            await addProfile(session),
            await addProfile(session),
            await addProfile(session),
          ];
          const conversation = await addConversation(session, [sender, other]);
          const visible = async () => {
            const { messages } = await session.one<{ messages: number }>(
              `select count(*)::int as messages
               from public.conversations c join public.messages m on m.conversation_id = c.id where c.id = $1`,
              [conversation],
            );
            return messages;
          };
          await becomeUser(session, other);
          expectThat((await visible()) === 1, 'a participant does not see the conversation');
          await becomeUser(session, stranger);
          expectThat((await visible()) === 0, 'a stranger sees the conversation');
        });
      },
    },
    {
      name: 'a user cannot write in the name of another',
      type: 'functionality',
      timeout: 10_000,
      retries: 1,
      async execute({ session }) {
        await rolledBack(session, async () => {
          const [sender, other] = [await addProfile(session), await addProfile(session)];
          const conversation = await addConversation(session, [sender, other]);
          await becomeUser(session, other);
          await expectRefusal(session, {
            sql: `insert into public.messages (conversation_id, message_no, sender_id, body) values ($1, 2, $2, 'suite')`,
            values: [conversation, sender],
            sqlstate: INSUFFICIENT_PRIVILEGE,
            otherwise: 'a message was stored in the name of somebody else',
          });
        });
      },
    },
    {
      name: 'visitors may read the names of profiles and not their e-mails',
      type: 'functionality',
      timeout: 10_000,
      retries: 1,
      async execute({ session }) {
        await rolledBack(session, async () => {
          await session.query('set local role anon');
          await session.query('select id, full_name from public.profiles limit 1');
          await expectRefusal(session, {
            sql: 'select email from public.profiles limit $1',
            values: [1],
            sqlstate: INSUFFICIENT_PRIVILEGE,
            otherwise: 'anon can read e-mail addresses',
          });
        });
      },
    },
  ],
};
