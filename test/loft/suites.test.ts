import { expect, test } from 'vitest';
import type { TestResult } from '../../contracts/validation.js';
import { runSuites } from '../../engine/validation/run-suites.js';
import { suites } from '../../examples/loft/suites.js';
import { targetOf } from '../support/proofs.js';
import { type LoftDatabase, loftDatabase } from './loft-database.js';

const WEBHOOK_TEST = 'a reservation calls no webhook';

test.each([13, 15, 17, 18] as const)(
  'on PostgreSQL %i the sample passes its own suites, but for the webhook that a clone must not have',
  async (major) => {
    await using loft = await loftDatabase({ major });
    expect(failures(await runSuites(targetOf(loft), suites))).toEqual([WEBHOOK_TEST]);
  },
);

test('the suites leave no row behind', async () => {
  await using loft = await loftDatabase();
  const before = await contents(loft);
  await runSuites(targetOf(loft), suites);
  expect(await contents(loft)).toEqual(before);
});

test('the suites pass where no row was copied', async () => {
  await using loft = await loftDatabase();
  await using session = await loft.session();
  await session.query(
    'truncate auth.users, public.lofts, public.guests, public.reservations, audit.audit_logs cascade',
  );
  await session.query('refresh materialized view public.loft_revenue');
  expect(failures(await runSuites(targetOf(loft), suites))).toEqual([WEBHOOK_TEST]);
});

test.concurrent.each([
  ['drop trigger reservation_webhook on public.reservations', []],
  ['drop trigger audit_profiles on public.profiles', ['an update writes an audit row with the old and the new value']],
  [
    'alter table public.reservations drop constraint reservations_no_double_booking',
    ['a loft cannot be booked twice for one night'],
  ],
  [
    'alter table public.conversations disable row level security; alter table public.messages disable row level security',
    ["a user does not see another user's conversations", 'a user cannot write in the name of another'],
  ],
  [
    'drop trigger announce_notification on public.notifications',
    ['a message raises a notification that a listener receives'],
  ],
  [
    'alter table public.messages disable trigger notify_participants',
    ['a message raises a notification that a listener receives'],
  ],
  ['drop index public.profiles_email_lower_key', ['a profile is found by e-mail through the index, whatever the case']],
  ['grant select on public.profiles to anon', ['visitors may read the names of profiles and not their e-mails']],
  ['refresh materialized view public.loft_revenue with no data', ['the revenue view holds what the reservations say']],
])('a clone after "%s" is found out', async (damage, found) => {
  await using loft = await loftDatabase();
  await using session = await loft.session();
  await session.query(damage);
  const expected = damage.includes('reservation_webhook') ? found : [WEBHOOK_TEST, ...found];
  expect(failures(await runSuites(targetOf(loft), once)).sort()).toEqual([...expected].sort());
});

/** A failure here is certain: trying again only takes time. */
const once = suites.map((suite) => ({ ...suite, tests: suite.tests.map((each) => ({ ...each, retries: 0 })) }));

function failures(results: TestResult[]): string[] {
  expect(results.length).toBeGreaterThan(10);
  return results.filter(({ status }) => status !== 'passed').map(({ name }) => name);
}

async function contents(loft: LoftDatabase): Promise<unknown> {
  await using session = await loft.session();
  return await session.query(
    `select (select count(*) from auth.users) as users, (select count(*) from public.conversations) as conversations,
            (select count(*) from public.notifications) as notifications, (select count(*) from audit.audit_logs) as logs,
            (select count(*) from net.calls) as calls`,
  );
}
