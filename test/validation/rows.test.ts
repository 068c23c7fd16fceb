import { expect, test } from 'vitest';
import { checkFixedValues } from '../../engine/validation/fixed-values-check.js';
import { checkRows } from '../../engine/validation/rows-check.js';
import { createCloneWorld, messagesOf, planOf, tableOf } from './clone-world.js';

test('a missing row is an error, and the rows counted are the statistics', async () => {
  await using world = await createCloneWorld({
    target:
      'create table "T.x" (a int); insert into "T.x" values (1), (2); create table u (); insert into u default values',
    plan: planOf({ ...tableOf('public.T', {}), name: 'T.x' }, tableOf('public.u', {})),
    totals: [
      { table: 'public.T.x', rows: 3 },
      { table: 'public.u', rows: 1 },
    ],
  });
  const { errors, statistics } = await checkRows(world.context);
  expect(messagesOf(errors)).toEqual(['public.T.x has 2 rows, expected 3']);
  expect(statistics).toEqual({ records: 3 });
});

test('rows of a child table do not count for its parent', async () => {
  await using world = await createCloneWorld({
    target: 'create table a (x int); create table b () inherits (a); insert into b values (1)',
    plan: planOf(tableOf('public.a', {}), tableOf('public.b', {})),
    totals: [
      { table: 'public.a', rows: 0 },
      { table: 'public.b', rows: 1 },
    ],
  });
  expect((await checkRows(world.context)).errors).toEqual([]);
});

test.each([13, 18] as const)('partitions written into their root are summed there on PostgreSQL %i', async (major) => {
  const root = { schema: 'public', name: 'p' };
  await using world = await createCloneWorld({
    major,
    target: `create table p (k int) partition by list (k);
             create table p1 partition of p for values in (1); create table p2 partition of p for values in (2);
             insert into p values (2), (2), (2)`,
    plan: planOf(tableOf('public.p1', {}, { into: root }), tableOf('public.p2', {}, { into: root })),
    totals: [
      { table: 'public.p1', rows: 1 },
      { table: 'public.p2', rows: 2 },
    ],
  });
  expect((await checkRows(world.context)).errors).toEqual([]);
  await world.target.run('insert into p values (1)');
  expect(messagesOf((await checkRows(world.context)).errors)).toEqual(['public.p has 4 rows, expected 3']);
});

test('a table whose ranges are in several units is counted once', async () => {
  const table = tableOf('public.big', {});
  await using world = await createCloneWorld({
    target: 'create table big (a int); insert into big values (1), (2), (3)',
    plan: {
      units: [0, 1].map((chunk) => ({ tables: [table], ranges: [{ chunk, where: 'true' }], sizeBytes: 1 })),
    },
    totals: [{ table: 'public.big', rows: 3 }],
  });
  expect(await checkRows(world.context)).toEqual({ errors: [], warnings: [], statistics: { records: 3 } });
});

test('an emptied table that holds a row, a table that is missing and one that was not copied are errors', async () => {
  await using world = await createCloneWorld({
    target: 'create table logs (); insert into logs default values; create table late ()',
    plan: {
      ...planOf(tableOf('public.gone', {}), tableOf('public.late', {})),
      emptied: [{ table: 'public.logs', reason: 'not included' }],
    },
    totals: [{ table: 'public.gone', rows: 0 }],
  });
  expect(messagesOf((await checkRows(world.context)).errors)).toEqual([
    'public.gone is missing in the target',
    'public.late was planned and never copied',
    'public.logs has 1 row, expected 0',
  ]);
});

test('of an extension’s table only its configuration rows count', async () => {
  await using world = await createCloneWorld({
    target: 'create table conf (is_own boolean); insert into conf values (true), (false)',
    plan: planOf(tableOf('public.conf', {}, { where: 'WHERE is_own' })),
    totals: [{ table: 'public.conf', rows: 1 }],
  });
  expect((await checkRows(world.context)).errors).toEqual([]);
});

test('rows that a policy hides from the role fail the check instead of being forgotten', async () => {
  await using world = await createCloneWorld({
    target: 'create table t (a int); insert into t values (1); alter table t enable row level security',
    plan: planOf(tableOf('public.t', {})),
    totals: [{ table: 'public.t', rows: 0 }],
  });
  const role = `reader_${world.target.name}`;
  await world.target.run(`create role ${role} login password 'x'; grant select on t to ${role}`);
  const url = new URL(world.target.url);
  [url.username, url.password] = [role, 'x'];
  const { sourceOf } = await import('../support/proofs.js');
  const target = sourceOf({ name: 'target', url: url.toString() });
  await expect(checkRows({ ...world.context, target })).rejects.toMatchObject({ code: '42501' });
  await world.target.run(`drop owned by ${role}; drop role ${role}`);
});

test('columns of the rules null, empty and constant hold nothing else', async () => {
  await using world = await createCloneWorld({
    target: `create table t (a text, b text, c varchar(3), d jsonb, e text[]);
             insert into t values (null, '', 'abc', '{}', '{}'), ('x', 'x', 'x', '{"a": 1}', '{x}'), (null, null, null, null, null)`,
    plan: planOf(
      tableOf('public.t', {
        a: 'null',
        b: 'empty',
        c: { type: 'constant', value: 'abcdef' },
        d: { type: 'empty', shape: { kind: 'scalar', name: 'jsonb' } },
        e: 'empty',
      }),
    ),
  });
  expect(messagesOf((await checkFixedValues(world.context)).errors)).toEqual([
    "public.t.a: 1 row not as the rule 'null' makes them",
    "public.t.b: 1 row not as the rule 'empty' makes them",
    "public.t.c: 1 row not as the rule 'constant' makes them",
    "public.t.d: 1 row not as the rule 'empty' makes them",
    "public.t.e: 1 row not as the rule 'empty' makes them",
  ]);
  await world.target.run(`delete from t where a = 'x'`);
  expect((await checkFixedValues(world.context)).errors).toEqual([]);
});
