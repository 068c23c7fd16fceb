import type { TestSuite } from '../../../contracts/test-suites.js';
import { expectThat, rolledBack } from './expectations.js';
import { addProfile } from './people.js';

export const auditSuite: TestSuite = {
  name: 'audit',
  runInParallel: true,
  tests: [
    {
      name: 'an update writes an audit row with the old and the new value',
      type: 'functionality',
      timeout: 10_000,
      retries: 1,
      async execute({ session }) {
        await rolledBack(session, async () => {
          const id = await addProfile(session);
          await session.query(`update public.profiles set full_name = 'Suite Renamed' where id = $1`, [id]);
          const written = await session.query(
            `select from audit.audit_logs
             where record_id = $1 and action = 'UPDATE'
               and old_values ->> 'full_name' = 'Suite Test' and new_values ->> 'full_name' = 'Suite Renamed'`,
            [id],
          );
          expectThat(written.length === 1, `the update of a profile wrote ${written.length} audit rows`);
        });
      },
    },
    {
      name: 'an update that changes nothing writes no audit row',
      type: 'functionality',
      timeout: 10_000,
      retries: 1,
      async execute({ session }) {
        await rolledBack(session, async () => {
          const guest = await session.one<{ id: string }>(
            `insert into public.guests (full_name) values ('Suite') returning id`,
          );
          await session.query('update public.guests set full_name = full_name where id = $1', [guest.id]);
          const actions = await session.query<{ action: string }>(
            `select action from audit.audit_logs where table_name = 'guests' and record_id = $1 and occurred_at = now()`,
            [guest.id],
          );
          expectThat(
            actions.map(({ action }) => action).join() === 'INSERT',
            `an insert and an empty update of a guest wrote ${actions.length} audit rows`,
          );
        });
      },
    },
  ],
};
