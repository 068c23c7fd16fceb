import { expect, test } from 'vitest';
import { checkConstraints } from '../../engine/validation/constraints-check.js';
import { checkForeignKeys } from '../../engine/validation/foreign-keys-check.js';
import { checkIndexes } from '../../engine/validation/indexes-check.js';
import { checkRowSecurity } from '../../engine/validation/row-security-check.js';
import { checkSchema } from '../../engine/validation/schema-check.js';
import { checkSequences } from '../../engine/validation/sequences-check.js';
import { POSTGRES_MAJORS } from '../support/databases.js';
import { createCloneWorld, messagesOf, planOf, tableOf } from './clone-world.js';

const FAMILY = `
  create table "Éta.ge" ("N°" int primary key);
  insert into "Éta.ge" values (1);
  create table loft (id int, "N°" int);
  insert into loft values (1, 1), (2, null)`;
const KEY = 'alter table loft add constraint loft_etage foreign key ("N°") references "Éta.ge"';

test('each difference of the schema is an error, and only fifty are listed', async () => {
  const differences = Array.from({ length: 53 }, (_, at) => ({
    kind: 'index',
    name: `i${at}`,
    change: 'missing' as const,
  }));
  await using world = await createCloneWorld({});
  const { errors } = await checkSchema({
    ...world.context,
    expected: { totals: [], schemaDiff: { source: 's', target: 't', isEqual: false, differences } },
  });
  expect(errors).toHaveLength(51);
  expect(messagesOf(errors)).toContain('index i0 is missing in the target');
  expect(messagesOf(errors).at(-1)).toBe('3 more differences of the schema');
});

test('a constraint that only the source has validated is an error; one that neither has is a warning', async () => {
  await using world = await createCloneWorld({
    schema: 'create table t (a int); alter table t add constraint old check (a > 0) not valid',
    source: 'alter table t add constraint a_small check (a < 9)',
    target: 'alter table t add constraint a_small check (a < 9) not valid',
  });
  const { errors, warnings } = await checkConstraints(world.context);
  expect(messagesOf(errors)).toEqual(['constraint public.t.a_small is validated in the source and not in the target']);
  expect(messagesOf(warnings)).toEqual(['constraint public.t.old is not validated, as in the source']);
});

test('a domain’s constraint counts as one', async () => {
  await using world = await createCloneWorld({
    schema: 'create domain d as int; create table t (a d)',
    source: 'alter domain d add constraint positive check (value > 0)',
    target: 'alter domain d add constraint positive check (value > 0) not valid',
  });
  expect((await checkConstraints(world.context)).errors).toHaveLength(1);
});

test.each(POSTGRES_MAJORS)('a row without its referenced row is an error on PostgreSQL %i', async (major) => {
  await using world = await createCloneWorld({
    major,
    schema: FAMILY,
    source: KEY,
    target: `insert into loft values (3, 7); ${KEY} not valid`,
  });
  const { errors } = await checkForeignKeys(world.context);
  expect(messagesOf(errors)).toEqual([
    '1 row of public.loft without the row of public.Éta.ge that loft_etage asks for',
  ]);
});

test('a key that PostgreSQL guarantees is read only when asked for', async () => {
  await using world = await createCloneWorld({ schema: `${FAMILY}; ${KEY}` });
  await world.target.run('set session_replication_role = replica; insert into loft values (3, 7)');
  expect((await checkForeignKeys(world.context)).errors).toEqual([]);
  expect((await checkForeignKeys({ ...world.context, deep: true })).errors).toHaveLength(1);
});

test('a key whose triggers are off is read', async () => {
  await using world = await createCloneWorld({ schema: `${FAMILY}; ${KEY}` });
  await world.target.run('alter table loft disable trigger all; insert into loft values (3, 7)');
  expect((await checkForeignKeys(world.context)).errors).toHaveLength(1);
});

test('dangling rows that the source has too are a warning, until masking makes more of them', async () => {
  const dangling = `insert into loft values (3, 7); ${KEY} not valid`;
  await using world = await createCloneWorld({
    schema: `${FAMILY}; ${dangling}`,
    target: 'set session_replication_role = replica; update "Éta.ge" set "N°" = 100',
  });
  const faithful = await checkForeignKeys(world.context);
  expect(faithful.errors).toEqual([]);
  expect(messagesOf(faithful.warnings)[0]).toContain('; 1 in the source');
  const plan = { ...world.context.plan, ...planOf(tableOf('public.loft', { 'N°': 'accountNumber' })) };
  const masked = await checkForeignKeys({ ...world.context, plan: plan as never });
  expect(masked.errors).toHaveLength(1);
});

test('citext keys are compared by their own operator', async () => {
  await using world = await createCloneWorld({
    schema: `create extension citext; create table a (k citext primary key); create table b (k citext);
             insert into a values ('X'); insert into b values ('x');
             alter table b add foreign key (k) references a not valid`,
  });
  const { errors, warnings } = await checkForeignKeys(world.context);
  expect([...errors, ...warnings]).toEqual([]);
});

test('a partitioned table is asked by its root', async () => {
  await using world = await createCloneWorld({
    schema: `create table p (id int primary key); create table c (d int, p int) partition by list (d);
             create table c1 partition of c for values in (1); insert into p values (1); insert into c values (1, 1);
             alter table c add constraint c_p foreign key (p) references p`,
  });
  await world.target.run('set session_replication_role = replica; delete from p');
  expect(messagesOf((await checkForeignKeys({ ...world.context, deep: true })).errors)).toEqual([
    '1 row of public.c without the row of public.p that c_p asks for',
  ]);
});

test('row security that is off, no longer forced, or short of a policy is an error', async () => {
  await using world = await createCloneWorld({
    schema: `create table a (); create table b (); create table c (); create table d ();
             alter table d enable row level security`,
    source: `alter table a enable row level security; alter table b enable row level security;
             alter table b force row level security; create policy own on c using (true)`,
    target: 'alter table b enable row level security',
  });
  expect(messagesOf((await checkRowSecurity(world.context)).errors)).toEqual([
    'public.a: row security is off in the target',
    'public.b: row security is not forced on the owner in the target',
    'public.c: number of policies is 0 in the target and 1 in the source',
  ]);
});

test.each([13, 18] as const)('a sequence behind its column is an error on PostgreSQL %i', async (major) => {
  await using world = await createCloneWorld({
    major,
    schema: `create table "Réf" ("Id" bigserial primary key, other int generated by default as identity (start with 5));
             insert into "Réf" ("Id", other) values (40, 2)`,
    source: `select setval('"Réf_Id_seq"', 40)`,
    target: `select setval('"Réf_Id_seq"', 39)`,
  });
  expect(messagesOf((await checkSequences(world.context)).errors)).toEqual([
    'sequence public.Réf_Id_seq is behind its column: the next insert would collide',
  ]);
  await world.target.run(`select setval('"Réf_Id_seq"', 40)`);
  expect((await checkSequences(world.context)).errors).toEqual([]);
});

test('a descending sequence has to be below its column', async () => {
  const schema = `create sequence s increment -1; create table t (id int default nextval('s')); alter sequence s owned by t.id;
                  insert into t values (-5)`;
  await using world = await createCloneWorld({
    schema,
    source: `select setval('s', -5)`,
    target: `select setval('s', -4)`,
  });
  expect((await checkSequences(world.context)).errors).toHaveLength(1);
});

test('a sequence that is behind in the source too is a warning', async () => {
  await using world = await createCloneWorld({ schema: 'create table t (id serial); insert into t values (9)' });
  const { errors, warnings } = await checkSequences(world.context);
  expect(errors).toEqual([]);
  expect(messagesOf(warnings)).toEqual(['sequence public.t_id_seq is behind its column, as in the source']);
});

test('the sequence of a partitioned table is compared with all partitions', async () => {
  await using world = await createCloneWorld({
    schema: `create table p (id serial, d int) partition by list (d); create table p1 partition of p for values in (1);
             insert into p (id, d) values (9, 1)`,
    source: `select setval('p_id_seq', 9)`,
  });
  expect((await checkSequences(world.context)).errors).toHaveLength(1);
});

test('an invalid index is an error', async () => {
  await using world = await createCloneWorld({ schema: 'create table t (a int); create index t_a on t (a)' });
  expect((await checkIndexes(world.context)).errors).toEqual([]);
  await world.target.run(`update pg_index set indisvalid = false where indexrelid = 't_a'::regclass`);
  expect(messagesOf((await checkIndexes(world.context)).errors)).toEqual(['index public.t_a is invalid']);
});
