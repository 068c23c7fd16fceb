import { expect, test } from 'vitest';
import { createValidationEngine } from '../../engine/validation/validation-engine.js';
import { createDatabase } from '../support/databases.js';
import { sourceOf } from '../support/proofs.js';
import { createCloneWorld, messagesOf, planOf, tableOf } from './clone-world.js';

const SCHEMA = `
  create table person (id int generated always as identity primary key, email text unique);
  create table visit (id int primary key, person int references person);
  alter table visit enable row level security;
  create policy own on visit using (true);
  create function f() returns trigger language plpgsql as 'begin return new; end';
  create trigger t before insert on visit for each row execute function f();
  insert into person (email) select 'a' || g || '@x.dz' from generate_series(1, 10) g;
  insert into visit values (1, 1)`;
const CLONE = {
  schema: SCHEMA,
  target: `update person set email = 'user' || md5(email) || '@test.local'`,
  plan: planOf(tableOf('public.person', { id: 'keep', email: 'email' }), tableOf('public.visit', {})),
  totals: [
    { table: 'public.person', rows: 10 },
    { table: 'public.visit', rows: 1 },
  ],
};

test.each([13, 18] as const)(
  'a sound clone on PostgreSQL %i is valid, with statistics that were counted',
  async (major) => {
    await using world = await createCloneWorld({ ...CLONE, major });
    const { target, ...context } = world.context;
    const result = await createValidationEngine().validateEnvironment(target, {
      ...context,
      health: true,
      isUnderway: true,
    });
    expect(result).toMatchObject({
      isValid: true,
      errors: [],
      warnings: [],
      health: { state: 'healthy' },
      statistics: { tables: 2, records: 11, functions: 1, triggers: 1, policies: 1, indexes: 3 },
    });
  },
);

test('every defect is found in one go', async () => {
  await using world = await createCloneWorld(CLONE);
  await world.target.run(`
    delete from visit;
    alter table visit disable row level security;
    update person set email = 'a5@x.dz' where id = 5;
    select setval('person_id_seq', 3)`);
  const { target, ...context } = world.context;
  const result = await createValidationEngine().validateEnvironment(target, { ...context, health: false });
  expect(result.isValid).toBe(false);
  expect(messagesOf(result.errors)).toEqual([
    'public.visit: row security is off in the target',
    'public.visit has 0 rows, expected 1',
    'sequence public.person_id_seq is behind its column: the next insert would collide',
    'public.person.email: 1 row holds the value of its source',
    'public.person.email: 1 row with e-mail addresses, of people of the source (id 5)',
  ]);
});

test('an environment alone is checked for itself, and a damaged one is invalid', async () => {
  await using database = await createDatabase({
    sql: 'create schema envclone; create table t (id serial); insert into t values (7)',
  });
  const result = await createValidationEngine().validateEnvironment(sourceOf(database), { health: true });
  expect(messagesOf(result.errors)).toEqual([
    'sequence public.t_id_seq is behind its column: the next insert would collide',
    'ledger: an operation did not finish here: its ledger is still there',
  ]);
});

test('an aborted validation throws the reason', async () => {
  await using database = await createDatabase();
  const signal = AbortSignal.abort(new Error('stop'));
  await expect(
    createValidationEngine().validateEnvironment(sourceOf(database), { health: true, signal }),
  ).rejects.toThrow('stop');
});
