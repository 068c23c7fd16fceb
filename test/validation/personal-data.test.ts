import { expect, test } from 'vitest';
import type { TypeShape } from '../../contracts/schema.js';
import { checkPersonalData } from '../../engine/validation/personal-data-check.js';
import { createCloneWorld, messagesOf, planOf, tableOf } from './clone-world.js';

const JSONB: TypeShape = { kind: 'scalar', name: 'jsonb' };

const PEOPLE = `
  create table people (id int primary key, email text, name text, phone text);
  insert into people select g, 'someone' || g || '@mail.dz', 'Ferhat Zitounix' || g, '0661' || lpad(g::text, 6, '0') from generate_series(1, 50) g;
  insert into people values (100, 'n.kessaix@mail.dz', 'Nadjwa Kessaix', '+213 770 12 34 56');`;
const MASK_PEOPLE = `
  update people set email = 'user' || md5(email) || '@test.local', name = 'Amine Benali', phone = '05' || lpad((id * 7919)::text, 8, '0');`;
const PEOPLE_TABLE = tableOf('public.people', { id: 'keep', email: 'email', name: 'fullName', phone: 'phone' });

/** Where a value of `n.kessaix@mail.dz` can be left; each is in the clone as it is in the source. */
const PLACES: { place: string; sql: string }[] = [
  {
    place: 'public.t.c',
    sql: `create table t (id int primary key, c text); insert into t values (7, 'Write to n.kessaix@mail.dz!')`,
  },
  { place: 'public.t.c', sql: `create table t (c varchar(80)); insert into t values ('N.KESSAIX@MAIL.DZ')` },
  { place: 'public.t.c', sql: `create table t (c char(40)); insert into t values ('<n.kessaix@mail.dz>')` },
  {
    place: 'public.t.c',
    sql: `create extension citext; create table t (c citext); insert into t values ('n.kessaix@mail.dz')`,
  },
  {
    place: 'public.t.c',
    sql: `create domain d as text; create domain dd as d; create table t (c dd); insert into t values ('n.kessaix@mail.dz')`,
  },
  { place: 'public.t.c', sql: `create table t (c text[]); insert into t values ('{a,"x n.kessaix@mail.dz"}')` },
  {
    place: 'public.t.c',
    sql: `create domain d as text; create table t (c d[]); insert into t values ('{a,n.kessaix@mail.dz}')`,
  },
  {
    place: 'public.t.c',
    sql: `create type p as (n int, e text); create table t (c p); insert into t values ('(1,n.kessaix@mail.dz)')`,
  },
  {
    place: 'public.t.c',
    sql: `create type p as (n int, e text); create table t (c p[]); insert into t values (array[(1,'n.kessaix@mail.dz')::p])`,
  },
  { place: 'public.t.c', sql: `create table t (c json); insert into t values ('{"a": [{"b": "n.kessaix@mail.dz"}]}')` },
  { place: 'public.t.c', sql: `create table t (c jsonb); insert into t values ('{"n.kessaix@mail.dz": 1}')` },
  {
    place: 'public.t.c',
    sql: `create table t (c jsonb[]); insert into t values (array['{"a": "n.kessaix@mail.dz"}'::jsonb])`,
  },
  { place: 'public.t.c', sql: `create table t (c xml); insert into t values ('<a href="mailto:n.kessaix@mail.dz"/>')` },
  {
    place: 'public.t.c',
    sql: `create table t (c bytea); insert into t values ('\\xff00'::bytea || 'n.kessaix@mail.dz'::bytea || '\\x00fe'::bytea)`,
  },
  {
    place: 'public.t.c',
    sql: `create extension hstore; create table t (c hstore); insert into t values ('a=>"n.kessaix@mail.dz"')`,
  },
  {
    place: 'public.t.c',
    sql: `create table t (c tsvector); insert into t values (to_tsvector('simple', 'to n.kessaix@mail.dz'))`,
  },
  {
    place: 'public.t.c',
    sql: `create table t (a text, c text generated always as ('<' || a || '>') stored); insert into t values ('n.kessaix@mail.dz')`,
  },
  { place: 'public.m.c', sql: `create materialized view m as select 'n.kessaix@mail.dz' as c` },
  {
    place: 'public.p.c',
    sql: `create table p (k int, c text) partition by list (k); create table p1 partition of p for values in (1); insert into p values (1, 'n.kessaix@mail.dz')`,
  },
  {
    place: 'public.child.c',
    sql: `create table par (c text); create table child () inherits (par); insert into child values ('n.kessaix@mail.dz')`,
  },
  { place: 'public.t.c', sql: `create unlogged table t (c text); insert into t values ('n.kessaix@mail.dz')` },
  {
    place: 'Où.Tàble.La "colonne"',
    sql: `create schema "Où"; create table "Où"."Tàble" ("La ""colonne""" text); insert into "Où"."Tàble" values ('n.kessaix@mail.dz')`,
  },
  { place: 'comment on table public.people', sql: `comment on table people is 'ask n.kessaix@mail.dz'` },
  {
    place: 'comment on table column public.people.email',
    sql: `comment on column people.email is 'like n.kessaix@mail.dz'`,
  },
  {
    place: 'function public.f()',
    sql: `create function f() returns text language sql as $$select 'n.kessaix@mail.dz'$$`,
  },
  { place: 'default of public.people.name', sql: `alter table people alter name set default 'n.kessaix@mail.dz'` },
  {
    place: 'constraint c of public.people',
    sql: `alter table people add constraint c check (email <> 'n.kessaix@mail.dz') not valid`,
  },
  {
    place: 'constraint c of public.d',
    sql: `create domain d as text constraint c check (value <> 'n.kessaix@mail.dz')`,
  },
  { place: 'view public.v', sql: `create view v as select 'n.kessaix@mail.dz'::text as c` },
  {
    place: 'materialized view public.m',
    sql: `create materialized view m as select id from people where email = 'n.kessaix@mail.dz'`,
  },
  { place: 'policy p of public.people', sql: `create policy p on people using (email = 'n.kessaix@mail.dz')` },
  {
    place: 'trigger g of public.people',
    sql: `create function f() returns trigger language plpgsql as $$begin return new; end$$; create trigger g before insert on people for each row execute function f('n.kessaix@mail.dz')`,
  },
  {
    place: 'rule r of public.people',
    sql: `create rule r as on insert to people where new.email = 'n.kessaix@mail.dz' do instead nothing`,
  },
  { place: 'index public.i', sql: `create index i on people (id) where email = 'n.kessaix@mail.dz'` },
  {
    place: 'bound of partition public.q1',
    sql: `create table q (k text) partition by list (k); create table q1 partition of q for values in ('n.kessaix@mail.dz')`,
  },
  { place: 'type public.e', sql: `create type e as enum ('a', 'n.kessaix@mail.dz')` },
  { place: 'public.t.c', sql: `create table t (c text); insert into t values ('Call Nadjwa  KESSAIX tomorrow')` },
  { place: 'public.t.c', sql: `create table t (c text); insert into t values ('call 0770123456')` },
  { place: 'public.t.c', sql: `create table t (c json); insert into t values ('{"a": "n.kessaix\\u0040mail.dz"}')` },
  { place: 'public.t.c', sql: `create table t (c json); insert into t values ('"Nadjwa \\u004bessaix"')` },
  {
    place: 'public.t.c',
    sql: `create table t (c jsonb); insert into t values ('{"a": "to:\\nn.kessaix@mail.dz\\n0770123456"}')`,
  },
  {
    place: 'public.t.c',
    sql: `create table t (c json); insert into t values (to_json('{"a": "n.kessaix\\u0040mail.dz"}'::text))`,
  },
  {
    place: 'public.t.c',
    sql: `create table t (c text); insert into t values ('https://a.dz/?to=n.kessaix%40mail.dz')`,
  },
  { place: 'public.t.c', sql: `create table t (c bigint); insert into t values (213770123456)` },
  {
    place: 'public.t.c',
    sql: `create table t (c bigint, i int); insert into t values (-9223372036854775808, -2147483648), (213770123456, 1)`,
  },
  { place: 'public.t.c', sql: `create table t (c int); insert into t values (770123456)` },
  { place: 'public.t.c', sql: `create table t (c numeric(20, 2)); insert into t values (770123456)` },
  {
    place: 'public.t.c',
    sql: `create domain n as bigint; create domain nn as n; create table t (c nn); insert into t values (213770123456)`,
  },
  {
    place: 'public.t.c',
    sql: `create table t (a text, c bigint generated always as (213770123456) stored); insert into t values ('x')`,
  },
  { place: 'public.t.c', sql: `create table t (c text); insert into t values ('call 00213-770-12-34-56')` },
];

test.each(PLACES)('somebody of the source is found in $place: $sql', async ({ place, sql }) => {
  await using world = await createCloneWorld({
    schema: `${PEOPLE} ${sql}`,
    target: MASK_PEOPLE,
    plan: planOf(PEOPLE_TABLE, tableOf('public.t', { id: 'keep', a: 'keep', c: 'keep' })),
  });
  const { errors } = await checkPersonalData(world.context);
  expect([...new Set(errors.map(({ object }) => object))]).toContain(place);
  expect(JSON.stringify(errors)).not.toMatch(/kessaix|770/i);
  const accepted = errors.map(({ object = '' }) => ({
    place: object,
    kinds: ['email' as const, 'personName' as const, 'phone' as const],
    reason: 'planted',
  }));
  const context = { ...world.context, plan: { ...world.context.plan, accepted } };
  expect((await checkPersonalData({ ...world.context, ...context } as typeof world.context)).errors).toEqual([]);
});

/** Kept values of nobody that a mask knows. */
test.each([
  ['email', 'Contact: jean.dupont@orange.fr.'],
  ['email', 'mailto:someone.new@gmail.com?subject=x'],
  ['phone', 'appelez le +213 661 22 33 44 svp'],
  ['phone', '0550 12 34 56'],
  ['iban', 'virement FR14 2004 1010 0505 0001 3M02 606 merci'],
  ['cardNumber', 'paid with 4111-1111-1111-1111'],
  ['nationalId', '1 85 05 78 006 084 91'],
] as const)('a kept value with %s is found: %s', async (kind, text) => {
  await using world = await createCloneWorld({
    schema: `create table t (id uuid primary key, c text);
             insert into t select md5(g::text)::uuid, 'chambre avec vue ' || g from generate_series(1, 40) g;
             insert into t values ('6d0c4fd8-6c5f-4c77-9f36-3f0f9f8d7c11', '${text}')`,
    plan: planOf(tableOf('public.t', { id: 'keep', c: 'keep' })),
  });
  const { errors } = await checkPersonalData(world.context);
  expect(messagesOf(errors)).toEqual([
    expect.stringMatching(/^public\.t\.c: 1 row with [\w -]+s \(id 6d0c4fd8-6c5f-4c77-9f36-3f0f9f8d7c11\)$/i),
  ]);
  const accepted = [{ place: 'public.t.c', kinds: [kind], reason: 'planted' }];
  const { plan, ...context } = world.context;
  expect(plan && (await checkPersonalData({ ...context, plan: { ...plan, accepted } })).errors).toEqual([]);
});

test('numbers, times, identifiers and addresses of nobody are no alarm', async () => {
  await using world = await createCloneWorld({
    schema: `create table t (id int, c text, d jsonb);
             insert into t select g, v, to_jsonb(v) from generate_series(1, 300) g, lateral (values
               (lpad((g * 7919 % 1000003)::text, 16, '4')),
               ('2024-02-01 10:00:00.123456+00'),
               (md5(g::text)::uuid::text),
               ('order ' || (1000000000 + g * 17)),
               ('user' || g || '@test.local, noreply@example.com, a@b, @handle, 3@4.5'),
               ('https://cdn.example.com/img/' || md5(g::text) || '.png'),
               ('36.752887, 3.042048'),
               ('v1.2.3-rc.4 (build 20240201.1234567)'),
               ('DZ' || lpad(g::text, 22, '0')),
               ('10.0.0.' || g % 255)) s(v)`,
    plan: planOf(tableOf('public.t', { id: 'keep', c: 'keep', d: { shape: JSONB } })),
  });
  expect(await checkPersonalData(world.context)).toEqual({ errors: [], warnings: [] });
});

test('of a masked document, what its rule keeps is searched for everything, and the rest for people', async () => {
  const paths = { 'contact.note': 'keep', '**.tags': 'keep' } as const;
  await using world = await createCloneWorld({
    schema: `${PEOPLE} create table t (id int primary key, c jsonb);
             insert into t values (1, '{"contact": {"note": "ask a.b@corp.dz"}}'), (2, '{"in": [{"tags": ["+213 661 22 33 44"]}]}'),
                                  (3, '{"other": "x@made.up, 0550123456"}'), (4, '{"who": "n.kessaix@mail.dz"}')`,
    target: MASK_PEOPLE,
    plan: planOf(PEOPLE_TABLE, tableOf('public.t', { id: 'keep', c: { type: 'json', shape: JSONB, paths } })),
  });
  expect(messagesOf((await checkPersonalData(world.context)).errors)).toEqual([
    'public.t.c: 2 rows with e-mail addresses, 1 of people of the source (id 1; id 4)',
    'public.t.c: 1 row with phone numbers (id 2)',
  ]);
});

test('a large relation is searched by sample, unless everything is asked for, and says so', async () => {
  await using world = await createCloneWorld({
    schema: `create table t (id int primary key, c text);
             alter table t alter c set storage plain;
             insert into t select g, repeat('mot ', 1500) || 'a' || g || '@corp.dz' from generate_series(1, 26000) g`,
    plan: planOf(tableOf('public.t', { id: 'keep', c: 'keep' })),
  });
  const sampled = await checkPersonalData(world.context);
  const whole = await checkPersonalData({ ...world.context, deep: true });
  expect(messagesOf(sampled.warnings)).toEqual(['public.t: one of 3 pages was searched for personal data']);
  expect(messagesOf(whole.errors)).toEqual([
    expect.stringMatching(/^public\.t\.c: 26000 rows with e-mail addresses \(/),
  ]);
  expect(Number(/: (\d+) rows/.exec(messagesOf(sampled.errors)[0] ?? '')?.[1])).toBeGreaterThan(5000);
  expect(whole.warnings).toEqual([]);
});

test('people are known whatever old statistics say of how many there are', async () => {
  await using world = await createCloneWorld({
    schema: `${PEOPLE} create table t (c text); insert into t values ('n.kessaix@mail.dz')`,
    target: MASK_PEOPLE,
    plan: planOf({ ...PEOPLE_TABLE, estimatedRows: 10_000_000 }, tableOf('public.t', { c: 'keep' })),
  });
  const { errors } = await checkPersonalData(world.context);
  expect(messagesOf(errors).join()).toMatch(/public\.t\.c: 1 row with .*of people of the source/);
});

test('a card number of the source is found as text and as a number, in whatever grouping', async () => {
  await using world = await createCloneWorld({
    schema: `create table cards (id int primary key, card text);
             insert into cards values (1, '4111 1111 1111 1111'), (2, '5500-0000-0000-0004');
             create table t (id int primary key, a numeric, b text, c bigint);
             insert into t values (1, 4111111111111111, '5500 0000 0000 0004', 5500000000000004), (2, 4111111111111112, 'x', 4)`,
    target: `update cards set card = '2387 6879 9715 678' || id`,
    plan: planOf(
      tableOf('public.cards', { id: 'keep', card: 'cardNumber' }),
      tableOf('public.t', { id: 'keep', a: 'keep', b: 'keep', c: 'keep' }),
    ),
  });
  expect(messagesOf((await checkPersonalData(world.context)).errors).toSorted()).toEqual(
    ['a', 'b', 'c'].map((name) => `public.t.${name}: 1 row with card numbers, of people of the source (id 1)`),
  );
});

test('identifiers and times that are somebody’s phone number by chance are no alarm, and a column of phone numbers is one', async () => {
  await using world = await createCloneWorld({
    schema: `create table people (id int primary key, phone text);
             insert into people select g, '0' || (551000000 + g * 7919) from generate_series(1, 2000) g;
             create table t (id bigint primary key, at bigint, copied bigint);
             insert into t select 100000000 + g * 7907, 1700000000000 + g::bigint * 86400, case when g <= 2000 then 213551000000 + g::bigint * 7919 end
               from generate_series(1, 100000) g;
             insert into t values (551007919, 1700551015838, null)`,
    target: `update people set phone = '05' || lpad((id::bigint * 104729 % 100000000)::text, 8, '0')`,
    plan: planOf(
      tableOf('public.people', { id: 'keep', phone: 'phone' }),
      tableOf('public.t', { id: 'keep', at: 'keep', copied: 'keep' }),
    ),
  });
  expect(messagesOf((await checkPersonalData(world.context)).errors)).toEqual([
    expect.stringMatching(/^public\.t\.copied: 2000 rows with phone numbers, of people of the source \(id /),
  ]);
});

test('rows that a person lets stay are no findings, and their people nobody to look for', async () => {
  await using world = await createCloneWorld({
    schema: `${PEOPLE} create table t (c text); insert into t values ('Nadjwa Kessaix'), ('n.kessaix@mail.dz')`,
    target: `create table before as table people; ${MASK_PEOPLE}
             update people p set email = b.email, name = b.name, phone = b.phone from before b where b.id = p.id and p.id in (1, 100);
             drop table before`,
    plan: planOf({ ...PEOPLE_TABLE, keptRows: 'id = 100' }, tableOf('public.t', { c: 'mask' })),
  });
  const { errors } = await checkPersonalData(world.context);
  expect(messagesOf(errors)).toEqual([
    expect.stringMatching(/^public\.people\.email: 1 row .*\(id 1\)$/),
    expect.stringMatching(/^public\.people\.name: 1 row .*\(id 1\)$/),
  ]);
});
