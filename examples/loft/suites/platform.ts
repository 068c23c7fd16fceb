import type { TestSuite } from '../../../contracts/test-suites.js';
import { expectThat, rolledBack } from './expectations.js';

const SLOWEST_MS = 1_000;

export const platformSuite: TestSuite = {
  name: 'platform',
  runInParallel: true,
  tests: [
    {
      name: 'two sessions are answered at once',
      type: 'connectivity',
      timeout: 10_000,
      retries: 2,
      async execute({ session, connect }) {
        await using other = await connect();
        const [mine, theirs] = await Promise.all(
          [session, other].map((each) => each.one<{ pid: number }>('select pg_backend_pid() as pid')),
        );
        expectThat(mine?.pid !== theirs?.pid, 'both sessions have the same server process');
      },
    },
    {
      name: 'a profile is found by e-mail through the index, whatever the case',
      type: 'performance',
      timeout: 10_000,
      retries: 1,
      async execute({ session }) {
        await rolledBack(session, async () => {
          await session.query('set local enable_seqscan = off');
          const started = performance.now();
          const plan = await session.query<{ 'QUERY PLAN': string }>(
            `explain (analyze) select full_name from public.profiles where lower(email::text) = lower('Nobody@Test.Local')`,
          );
          expectThat(
            plan.some((line) => line['QUERY PLAN'].includes('profiles_email_lower_key')),
            'the index profiles_email_lower_key was not used',
          );
          expectThat(performance.now() - started < SLOWEST_MS, `the search took longer than ${SLOWEST_MS} ms`);
        });
      },
    },
    {
      name: 'the revenue view holds what the reservations say',
      type: 'data_integrity',
      timeout: 60_000,
      retries: 0,
      async execute({ session }) {
        const { wrong } = await session.one<{ wrong: number }>(WRONG_REVENUES);
        expectThat(wrong === 0, `${wrong} rows of public.loft_revenue differ from the reservations`);
      },
    },
  ],
};

const WRONG_REVENUES = `
  select count(*)::int as wrong
  from (
    select loft_id, currency, sum(total) as revenue
    from public.reservations
    where status <> 'cancelled'
    group by 1, 2
  ) as counted
  full join public.loft_revenue as kept using (loft_id, currency)
  where counted.revenue is distinct from kept.revenue`;
