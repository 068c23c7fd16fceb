import { expect, test } from 'vitest';
import type { ColumnRule } from '../../contracts/plan.js';
import type { TypeShape } from '../../contracts/schema.js';
import { checkLeaks } from '../../engine/validation/leaks-check.js';
import { createCloneWorld, messagesOf, planOf, tableOf } from './clone-world.js';

const JSONB: TypeShape = { kind: 'scalar', name: 'jsonb' };
const ARRAY: TypeShape = { kind: 'array', element: { kind: 'scalar', name: 'text' }, delimiter: ',' };

const PEOPLE = `
  create table people (id bigint primary key, email text, name varchar(40), phone text);
  insert into people
  select g, 'someone' || g || '@mail.dz', 'Prénom' || g, '0661' || lpad(g::text, 6, '0') from generate_series(1, 400) g`;
const MASK_PEOPLE = `
  update people set email = 'user' || md5(email) || '@test.local', name = 'Nom ' || (id % 7), phone = '05' || lpad((id * 7919)::text, 8, '0')`;
const PEOPLE_PLAN = planOf(tableOf('public.people', { id: 'keep', email: 'email', name: 'fullName', phone: 'phone' }));

test.each([
  [13, 18],
  [18, 18],
] as const)(
  'a sound clone of PostgreSQL %i in %i has no leak, and one value left unmasked is one',
  async (major, targetMajor) => {
    await using world = await createCloneWorld({
      major,
      targetMajor,
      schema: PEOPLE,
      target: MASK_PEOPLE,
      plan: PEOPLE_PLAN,
    });
    expect(await checkLeaks(world.context)).toEqual({ errors: [], warnings: [] });
    await world.target.run(`
    update people set email = 'someone7@mail.dz' where id = 7;
    update people set phone = '0661000009', name = 'Prénom9' where id = 9;
    update people set email = 'someone11@mail.dz' where id = 12`);
    const { errors } = await checkLeaks(world.context);
    expect(messagesOf(errors)).toEqual([
      'public.people.email: 1 row holds the value of its source',
      expect.stringMatching(/^public\.people\.name: 1 row holds/),
      expect.stringMatching(/^public\.people\.phone: 1 row holds/),
    ]);
    expect(JSON.stringify(errors)).not.toContain('someone');
  },
);

test('without a key that no rule touches, a value of any row is a leak', async () => {
  await using world = await createCloneWorld({
    schema: `create table t (email text unique not null, name text); insert into t select 'a' || g || '@x.dz', 'Ali' from generate_series(1, 50) g`,
    target: `update t set email = 'user' || md5(email) || '@test.local'`,
    plan: planOf(tableOf('public.t', { email: { type: 'email', isUnique: true }, name: 'name' })),
  });
  const sound = await checkLeaks(world.context);
  expect(sound.errors).toEqual([]);
  expect(messagesOf(sound.warnings)).toEqual([expect.stringMatching(/^public\.t\.name: every value \(1 different\)/)]);
  await world.target.run(`update t set email = 'a3@x.dz' where email = (select min(email) from t)`);
  expect(messagesOf((await checkLeaks(world.context)).errors)).toEqual([
    'public.t.email: 1 value of the source is in the target',
  ]);
});

test('a unique key without nulls names the rows when the primary key is masked', async () => {
  await using world = await createCloneWorld({
    schema: `create table t (email text primary key, "N°" int not null unique, phone text);
             insert into t select 'a' || g || '@x.dz', g, '0555' || lpad(g::text, 6, '0') from generate_series(1, 50) g`,
    target: `update t set email = 'user' || md5(email) || '@test.local', phone = '0555' || lpad((51 - "N°")::text, 6, '0')`,
    plan: planOf(tableOf('public.t', { email: 'email', 'N°': 'keep', phone: 'phone' })),
  });
  expect(await checkLeaks(world.context)).toEqual({ errors: [], warnings: [] });
});

test('nulls, empty values and documents without personal text are no leaks', async () => {
  await using world = await createCloneWorld({
    schema: `create table t (id int primary key, a text, d jsonb, j json, l text[]);
             insert into t values
               (1, null, null, null, null),
               (2, '', '{}', '{}', '{}'),
               (3, '-', '{"a": 1, "b": [true, null], "c": ""}', '[1, 2]', '{NULL,""}'),
               (4, '·★', '{"id": "6d0c4fd8-6c5f-4c77-9f36-3f0f9f8d7c11", "on": "2024-02-01T10:00:00Z", "mark": "👍 -"}', '{"a": "?!"}', '{-}')`,
    plan: planOf(
      tableOf('public.t', {
        a: 'mask',
        d: { type: 'json', shape: JSONB },
        j: { type: 'json', shape: { kind: 'scalar', name: 'json' } },
        l: { type: 'text', shape: ARRAY },
      }),
    ),
  });
  expect(await checkLeaks(world.context)).toEqual({ errors: [], warnings: [] });
});

test('of a text column with a json rule, what is no document is a leak where it stays', async () => {
  await using world = await createCloneWorld({
    schema: `create table t (id int primary key, c text);
             insert into t values (1, '0612345678'), (2, 'Amine B'), (3, '{"n": 1}'), (4, '[1, true]')`,
    plan: planOf(tableOf('public.t', { c: 'json' })),
  });
  expect(messagesOf((await checkLeaks(world.context)).errors)).toEqual([
    expect.stringMatching(/^public\.t\.c: 2 rows hold the value of their source/),
  ]);
});

test('a document, an array and a composite that kept a text are leaks', async () => {
  const composite: TypeShape = {
    kind: 'composite',
    fields: [
      { name: 'street', type: { kind: 'scalar', name: 'text' } },
      { name: 'zip', type: { kind: 'scalar', name: 'int4' } },
    ],
  };
  await using world = await createCloneWorld({
    schema: `create type place as (street text, zip int);
             create table t (id int primary key, d jsonb, j json, l text[], c place);
             insert into t values (1, '{"n": 1, "owner": {"name": "Amine"}}', '{"a" : ["x\\"y"]}', '{Amine,NULL}', '("12, rue A",16000)'),
                                  (2, null, null, null, '(,16000)')`,
    plan: planOf(
      tableOf('public.t', {
        d: { type: 'json', shape: JSONB },
        j: { type: 'json', shape: { kind: 'scalar', name: 'json' } },
        l: { type: 'text', shape: ARRAY },
        c: { type: 'address', shape: composite },
      }),
    ),
  });
  const { errors } = await checkLeaks(world.context);
  expect(messagesOf(errors).map((message) => message.split(':')[0])).toEqual([
    'public.t.d',
    'public.t.j',
    'public.t.l',
    'public.t.c',
  ]);
  expect(messagesOf(errors)[3]).toContain('1 row');
});

test('what a document’s rule keeps may stay, and what is beside it may not', async () => {
  const paths = { status: 'keep', '**.tags': 'keep', extra: 'keep' } as const;
  await using world = await createCloneWorld({
    schema: `create table t (id int primary key, d jsonb);
             insert into t values (1, '{"status": "open", "in": {"tags": ["a", "b"]}, "n": 1}'), (2, '{"status": "open", "extra": {"a": {"b": "c"}}}'),
                                  (3, '{"status": "open", "name": "Amine"}')`,
    plan: planOf(tableOf('public.t', { d: { type: 'json', shape: JSONB, paths } })),
  });
  const { errors } = await checkLeaks(world.context);
  expect(messagesOf(errors)).toEqual([expect.stringContaining('public.t.d: 1 row holds')]);
});

test('leaves written into their root are compared there', async () => {
  await using world = await createCloneWorld({
    schema: `create table p (id int, k int, email text, primary key (id, k)) partition by list (k);
             create table p1 partition of p for values in (1); create table p2 partition of p for values in (2);
             insert into p select g, 1 + g % 2, 'a' || g || '@x.dz' from generate_series(1, 20) g`,
    target: `update p set email = 'user' || md5(email) || '@test.local' where id <> 5`,
    plan: planOf(
      tableOf('public.p1', { email: 'email' }, { into: { schema: 'public', name: 'p' } }),
      tableOf('public.p2', { email: 'email' }, { into: { schema: 'public', name: 'p' } }),
    ),
  });
  expect(messagesOf((await checkLeaks(world.context)).errors)).toEqual([
    'public.p.email: 1 row holds the value of its source',
  ]);
});

test('without its source the comparison is a warning, not a pass in silence', async () => {
  await using world = await createCloneWorld({ schema: PEOPLE, plan: PEOPLE_PLAN });
  const { source: _source, ...alone } = world.context;
  expect((await checkLeaks(alone)).warnings).toHaveLength(1);
});

test('values that lead to what is kept may stay, and those that lead to what is masked may not', async () => {
  const to = (name: string) => ({
    table: { schema: 'public', name },
    column: 'key',
    shape: { kind: 'scalar' as const, name: 'text' },
  });
  const email: ColumnRule = { type: 'email', domain: 'email', isUnique: false, preserveFormat: false };
  await using world = await createCloneWorld({
    schema: `create table t (id int primary key, type text, owner text);
             insert into t select n, case when n % 2 = 0 then 'loft' else 'guest' end, 'owner ' || n || '@mail.dz' from generate_series(1, 100) n`,
    target: `update t set owner = 'user' || md5(owner) || '@test.local' where type = 'guest' and id > 9`,
    plan: planOf(
      tableOf('public.t', {
        id: 'keep',
        type: 'keep',
        owner: {
          type: 'reference',
          typeColumn: 'type',
          references: { loft: to('lofts'), guest: { ...to('guests'), rule: email } },
        },
      }),
    ),
  });
  const { errors } = await checkLeaks(world.context);
  expect(messagesOf(errors)).toEqual([
    expect.stringMatching(/^public\.t\.owner: 5 rows hold the value of their source/),
  ]);
});
