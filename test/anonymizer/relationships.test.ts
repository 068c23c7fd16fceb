import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AnonymizationRule } from '../../contracts/anonymization.js';
import { type ClonePlan, plannedTables } from '../../contracts/plan.js';
import { decideColumns } from '../../engine/anonymizer/decide-columns.js';
import { declaredReferences, heldReferences } from '../../engine/anonymizer/held-references.js';
import { cloneByEngine, readSchema } from '../properties/engine-clone.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { column, reference, scalar, schema, table } from './builders.js';

const SOURCE = `
  create table people (email text primary key, full_name text, invited_by text references people);
  insert into people select 'person' || n || '@mail.dz', 'Amina Bensaïd ' || n from generate_series(1, 60) n;
  update people set invited_by = 'person' || (right(split_part(email, '@', 1), 1)::int + 1) || '@mail.dz';
  create table lofts (id int primary key, title text, owner_email text not null references people (email));
  insert into lofts select n, 'loft ' || n, 'person' || n || '@mail.dz' from generate_series(1, 60) n;
  create table passes (code uuid primary key, holder text);
  insert into passes select md5('pass' || n)::uuid, 'person' || n || '@mail.dz' from generate_series(1, 60) n;
  create table comments (id int primary key, owner_type text not null, owner_id text, body text);
  insert into comments select n, 'person', 'person' || n || '@mail.dz', 'x' from generate_series(1, 60) n;
  insert into comments select 100 + n, 'loft', n::text, 'x' from generate_series(1, 60) n;
  insert into comments select 200 + n, 'pass', md5('pass' || n)::uuid::text, 'x' from generate_series(1, 60) n;
  insert into comments values (300, 'other', 'somebody@mail.dz', 'x'), (301, 'person', null, 'x');
  create table guests (id int primary key, contact text, log jsonb, addresses text[]);
  insert into guests select n, 'person' || n || '@mail.dz', jsonb_build_object('new', jsonb_build_object('email', 'Person' || n || '@mail.dz')),
                            array['person' || n || '@mail.dz'] from generate_series(1, 60) n`;

const rule = (place: string, anonymizationType: AnonymizationRule['anonymizationType'], rest = {}) => {
  const [tableName = '', columnName = ''] = place.split('.');
  return { tableName, columnName, anonymizationType, ...rest };
};

const RULES: AnonymizationRule[] = [
  rule('people.email', 'email'),
  rule('people.full_name', 'name'),
  rule('lofts.title', 'keep'),
  rule('passes.code', 'uuid'),
  rule('passes.holder', 'email'),
  rule('comments.owner_type', 'keep'),
  rule('comments.owner_id', 'reference', {
    typeColumn: 'owner_type',
    references: { person: 'people.email', loft: 'public.lofts.id', pass: 'passes.code' },
  }),
  rule('comments.body', 'keep'),
  rule('guests.contact', 'email'),
  rule('guests.log', 'json'),
  rule('guests.addresses', 'email'),
];

let source: TestDatabase;
let target: TestDatabase;
let plan: ClonePlan;

beforeAll(async () => {
  source = await createDatabase({ sql: SOURCE });
  target = await createDatabase();
  const decided = decideColumns({ schema: await readSchema(source), rules: RULES, generators: [] });
  expect(decided).toMatchObject({ problems: [], undecided: [] });
  ({ plan } = await cloneByEngine({ from: source, into: target, rules: decided.rules }));
}, 60_000);

afterAll(async () => {
  await source[Symbol.asyncDispose]();
  await target[Symbol.asyncDispose]();
});

/** How many of the rows there are, in the source and in the target: masking keeps every pair. */
async function counts(from: string): Promise<number[]> {
  const both = [source, target].map((database) => database.column(`select count(*) from ${from}`));
  return (await Promise.all(both)).flat().map(Number);
}

test('a natural key is masked, and everywhere it is referenced', async () => {
  expect(await counts(`people where email like '%mail.dz' or invited_by like '%mail.dz'`)).toEqual([60, 0]);
  expect(await counts('lofts join people on email = owner_email')).toEqual([60, 60]);
});

test('rows of one table that refer to each other still do, to the same ones', async () => {
  expect(await counts('people p join people inviter on inviter.email = p.invited_by')).toEqual([60, 60]);
  const inviters =
    'people p join lofts own on own.owner_email = p.email join lofts his on his.owner_email = p.invited_by';
  const pairs = `select string_agg(own.id || '<' || his.id, ' ' order by own.id) from ${inviters}`;
  expect(await target.column(pairs)).toEqual(await source.column(pairs));
});

test('a value leads where its type says, whether that is masked or kept', async () => {
  expect(await counts(`comments join people on owner_type = 'person' and owner_id = email`)).toEqual([60, 60]);
  expect(await counts(`comments join lofts l on owner_type = 'loft' and owner_id = l.id::text`)).toEqual([60, 60]);
  expect(await counts(`comments join passes on owner_type = 'pass' and owner_id = code::text`)).toEqual([60, 60]);
  expect(await counts(`comments where owner_id like '%mail.dz'`)).toEqual([61, 0]);
  expect(await counts('comments where owner_id is null')).toEqual([1, 1]);
});

test('a value of a type that nobody declared is masked', async () => {
  expect(await target.column(`select owner_id from comments where id = 300`)).toEqual(['xxxxxxxx@xxxx.xx']);
});

test('values that were copied without a key are equal still, in columns, documents and arrays', async () => {
  expect(await counts('guests join people on email = contact')).toEqual([60, 60]);
  expect(await counts(`guests where contact = any (addresses)`)).toEqual([60, 60]);
  expect(await counts(`guests where lower(log -> 'new' ->> 'email') = contact`)).toEqual([60, 60]);
  expect(await counts('passes join people on email = holder')).toEqual([60, 60]);
});

test('declared pairs are counted as preserved when every value has its row, and not when one has none', async () => {
  const declared = declaredReferences(plannedTables(plan));
  const held = async () =>
    (await heldReferences(targetOf(target), declared)).map(({ ends, type }) => `${type}: ${ends.join(' → ')}`);
  expect(await held()).toEqual([
    'person: public.comments → public.people',
    'loft: public.comments → public.lofts',
    'pass: public.comments → public.passes',
  ]);
  await target.run(`insert into comments values (400, 'loft', '4711', 'x')`);
  expect(await held()).toHaveLength(2);
});

test.each([
  ['a table that is not there', { person: 'peeple.email' }, 'did you mean people?'],
  ['a column that is not there', { person: 'people.mail' }, 'did you mean email?'],
  [
    'what its type cannot hold',
    { number: 'people.email' },
    'integer cannot hold what public.people.email becomes (email)',
  ],
  ['what a short column cannot hold', { short: 'people.email' }, 'and this one for 20'],
])('a reference to %s is a mistake', (_title, references, problem) => {
  const people = table('public.people', { columns: [column('email')], unique: ['email'] });
  const comments = table('public.comments', {
    columns: [
      column('owner_type'),
      column('person'),
      column('number', { shape: scalar('int4'), type: 'integer' }),
      column('short', { maxLength: 20 }),
    ],
  });
  const [name = ''] = Object.keys(references);
  const rules = [
    rule('people.email', 'email'),
    rule(`comments.${name}`, 'reference', { typeColumn: 'owner_type', references }),
  ];
  const { problems } = decideColumns({ schema: schema(people, comments), rules, generators: [] });
  expect(problems).toEqual([expect.stringContaining(problem)]);
});

test('a column tied by a foreign key leads there alone', () => {
  const people = table('public.people', { columns: [column('email'), column('kind')], unique: ['email'] });
  const comments = table('public.comments', {
    columns: [column('kind'), column('owner')],
    foreignKeys: [reference('owner', 'public.people', 'email')],
  });
  const rules = [rule('comments.owner', 'reference', { typeColumn: 'kind', references: { person: 'people.email' } })];
  const { problems } = decideColumns({ schema: schema(people, comments), rules, generators: [] });
  expect(problems.join()).toContain('cannot read other columns');
});
