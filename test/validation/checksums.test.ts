import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ColumnRule, TablePlan } from '../../contracts/plan.js';
import type { CopyProof } from '../../contracts/validation.js';
import { analyzeSchema } from '../../engine/catalog/analyze-schema.js';
import { holdSnapshot } from '../../engine/copy/hold-snapshot.js';
import { openSnapshotReader } from '../../engine/copy/snapshot-reader.js';
import { planTables } from '../../engine/plan/tables.js';
import { checksumTables } from '../../engine/validation/checksums.js';
import { type VerifiedCopy, verifyCopy } from '../../engine/validation/verify-copy.js';
import { createDatabase, databaseUrl, onServer, type TestDatabase } from '../support/databases.js';
import { sourceOf, targetOf } from '../support/proofs.js';
import { messagesOf } from './clone-world.js';

const EVERYTHING = `
  create type mood as enum ('glücklich', 'triste');
  create type place as (name text, at point);
  create domain tag as text;
  create type span as range (subtype = float8);
  create table "Été, ""1""" (
    id int, "Großer Name" text, c char(4), q "char", qs "char"[], b bytea, j json, jb jsonb, f4 float4, f8 float8, n numeric,
    m money, u uuid, o oid, d date, t time, tt timetz, ts timestamp, tz timestamptz, i interval, ip inet, net cidr, mac macaddr,
    x xml, mo mood, p place, ps place[], tg tag, r span, a text[], aa int[], l regclass, ty regtype, tsv tsvector, bits varbit, pt point,
    g int generated always as (id * 2) stored);`;
const insert = (table: string, id: number) => `
  insert into ${table} (id, "Großer Name", c, q, qs, b, j, jb, f4, f8, n, m, u, o, d, t, tt, ts, tz, i, ip, net, mac, x, mo, p, ps, tg, r, a,
                        aa, l, ty, tsv, bits, pt)
  select ${id}, row.* from (values (
    E'tab\\t"quote" \\\\ é', 'ab', (-56)::"char", array[(-1)::"char", 'x'], '\\xff00'::bytea, '{"b" : 1,  "a":2}'::json,
    '{"b": 1.10}'::jsonb, 'NaN'::float4, '-0'::float8, 'NaN'::numeric, '12.50'::money, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid,
    4294967295::oid, '4713-01-01 BC'::date, '24:00'::time, '10:00+05:30'::timetz, 'infinity'::timestamp, '2024-03-31 02:30+01'::timestamptz,
    '1 mon -1 day 00:00:00.000001'::interval, '::1'::inet, '10.0.0.0/8'::cidr, '08:00:2b:01:02:03'::macaddr, '<a>é</a>'::xml,
    'glücklich'::mood, '(,"(1,2)")'::place, array[row('x', null)::place], ''::tag, '[1e-300,3)'::span, array[null, 'null', ''],
    '[2:3]={1,2}'::int[], 'mine'::regclass, 'mood'::regtype, 'a:1 b'::tsvector, '101'::varbit, '(0.1,1e308)'::point)) as row;`;
const NULLS = `insert into "Été, ""1""" (id) values (3), (3);`;
const TABLE = `"Été, ""1"""`;

describe.each([
  [13, 18],
  [18, 13],
] as const)('rows of every kind on PostgreSQL %i and %i', (from, into) => {
  let source: TestDatabase;
  let target: TestDatabase;
  let tables: TablePlan[];
  beforeAll(async () => {
    const objects = `create table mine (); ${EVERYTHING}`;
    source = await createDatabase({ major: from, sql: `${objects} ${insert(TABLE, 1)} ${insert(TABLE, 2)} ${NULLS}` });
    const other = `create table unrelated (); create type other as enum (); ${objects}`;
    target = await createDatabase({ major: into, sql: `${other} ${NULLS} ${insert(TABLE, 2)} ${insert(TABLE, 1)}` });
    tables = (await tablesOf(source)).filter(({ name }) => name !== 'mine');
  });
  afterAll(() => Promise.all([source, target].map((database) => database[Symbol.asyncDispose]())));

  test('are equal whatever their order and their OIDs', async () => {
    const verified = await verify({ source, target, tables });
    expect(verified).toEqual({ proof: 'checksums', tables: 1, rows: 4, columns: 36, errors: [] });
  });

  test('a value that became null is found in each column', async () => {
    const [{ schema = '', name = '', columns = [] } = {}] = tables;
    const part = { label: name, relations: [{ schema, name }], columns };
    await using session = await target.session();
    const sum = async () => (await checksumTables(session, [part], { isMixedEncoding: false }))[0]?.checksum;
    const sound = await sum();
    const overlooked: string[] = [];
    for (const column of columns) {
      await session.query(`begin; update public.${TABLE} set "${column.name}" = null where id = 2`);
      if ((await sum()) === sound) overlooked.push(column.name);
      await session.query('rollback');
    }
    expect(columns).toHaveLength(36);
    expect(overlooked).toEqual([]);
  });

  test('a value that changed, a row that is missing and one that is there twice are found', async () => {
    const errors = async (change: string) => {
      await target.run(change);
      const found = messagesOf((await verify({ source, target, tables })).errors);
      await target.run(`truncate ${TABLE}; ${NULLS} ${insert(TABLE, 2)} ${insert(TABLE, 1)}`);
      return found;
    };
    const changed = [`public.Été, "1": unmasked values are not those of the source's snapshot`];
    expect(await errors(`update ${TABLE} set j = '{"b":1,"a":2}' where id = 2`)).toEqual(changed);
    expect(await errors(`delete from ${TABLE} where id = 1; insert into ${TABLE} (id) values (3)`)).toEqual(changed);
    expect(await errors(`delete from ${TABLE} where id = 1`)).toEqual([
      `public.Été, "1" has 3 rows, the source's snapshot has 4`,
    ]);
  });
});

test('what a rule masks is not compared, and a table whose columns are all masked is counted', async () => {
  await using source = await createDatabase({ sql: `create table t (a int, b text); insert into t values (1, 'x')` });
  await using target = await createDatabase({ sql: `create table t (a int, b text); insert into t values (1, 'y')` });
  const masked = await tablesOf(source, { 'public.t': { b: MASK } });
  expect(await verify({ source, target, tables: masked })).toMatchObject({ columns: 1, errors: [] });
  const all = await tablesOf(source, { 'public.t': { a: MASK, b: MASK } });
  await target.run('insert into t values (2, null)');
  expect(messagesOf((await verify({ source, target, tables: all })).errors)).toEqual([
    "public.t has 2 rows, the source's snapshot has 1",
  ]);
});

test('a proof by counts sees rows and no values', async () => {
  await using source = await createDatabase({ sql: 'create table t (a int); insert into t values (1), (2)' });
  await using target = await createDatabase({ sql: 'create table t (a int); insert into t values (3), (4)' });
  const tables = await tablesOf(source);
  expect(await verify({ source, target, tables, proof: 'counts' })).toEqual({
    proof: 'counts',
    tables: 1,
    rows: 2,
    columns: 0,
    errors: [],
  });
  await target.run('delete from t where a = 4');
  expect((await verify({ source, target, tables, proof: 'counts' })).errors).toHaveLength(1);
});

test('partitions written into their root are compared there, whatever the order of their columns', async () => {
  const schema = `
    create table p (k int, v text) partition by list (k);
    create table p1 (v text, k int); alter table p attach partition p1 for values in (1);
    create table p2 partition of p for values in (2);
    create table parent (v text, k int); create table child () inherits (parent);`;
  const rows = `insert into p values (1, 'a'), (2, 'b'), (2, null); insert into child values ('c', 3); insert into parent values ('d', 4)`;
  await using source = await createDatabase({ sql: `${schema} ${rows}` });
  await using target = await createDatabase({ sql: `${schema} ${rows}` });
  const tables = (await tablesOf(source)).map((table) =>
    ['p1', 'p2'].includes(table.name) ? { ...table, into: { schema: 'public', name: 'p' } } : table,
  );
  expect(await verify({ source, target, tables })).toMatchObject({ tables: 4, rows: 5, columns: 8, errors: [] });
  await target.run(`update p set v = 'x' where k = 1; update p set k = 1 where v is null`);
  expect(messagesOf((await verify({ source, target, tables })).errors)).toEqual([
    "public.p: unmasked values are not those of the source's snapshot",
  ]);
});

test('text that is stored in two encodings is the same text', async () => {
  const sql = `create table public.t (a text, b varchar[]); insert into public.t values ('été', '{"ü"}')`;
  await using source = await createDatabase({ sql });
  const server = inject('postgresUrls')[17];
  const name = `latin_${source.name}`;
  await onServer(server, `create database ${name} encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0`);
  const target = { name, url: databaseUrl(server, name) };
  try {
    await using session = await targetOf(target).connect({ purpose: 'test' });
    await session.query(sql);
    const tables = await tablesOf(source);
    expect(await verify({ source, target, tables })).toMatchObject({ rows: 1, errors: [] });
    await session.query(`update public.t set a = 'ete'`);
    expect((await verify({ source, target, tables })).errors).toHaveLength(1);
  } finally {
    await onServer(server, `drop database ${name} with (force)`);
  }
});

test('the source is seen as the copy saw it, whatever happened there since', async () => {
  await using source = await createDatabase({ sql: 'create table t (a int); insert into t values (1)' });
  await using target = await createDatabase({ sql: 'create table t (a int); insert into t values (1)' });
  const tables = await tablesOf(source);
  const released = new AbortController();
  const verified = await new Promise<VerifiedCopy>((resolve, reject) => {
    holdSnapshot(sourceOf(source), {
      signal: released.signal,
      onReady: async (snapshot) => {
        await source.run('insert into t values (2)');
        resolve(await verify({ source, target, tables, snapshot }));
      },
    }).catch(reject);
  });
  released.abort();
  expect(verified).toMatchObject({ rows: 1, errors: [] });
  expect((await verify({ source, target, tables })).errors).toHaveLength(1);
});

test('a thousand tables take a few statements', async () => {
  const sql = `do $$ begin for i in 1..1000 loop execute format('create table t%s (a int, b text)', i); end loop; end $$;
               insert into t7 values (1, 'x')`;
  await using source = await createDatabase({ sql });
  await using target = await createDatabase({ sql: `${sql}; insert into t8 values (2, '')` });
  const { tables, rows, errors } = await verify({ source, target, tables: await tablesOf(source) });
  expect({ tables, rows, errors: messagesOf(errors) }).toEqual({
    tables: 1000,
    rows: 1,
    errors: ["public.t8 has 1 row, the source's snapshot has 0"],
  });
});

test('a table that cannot be read is a coded failure that names it', async () => {
  await using source = await createDatabase({ sql: 'create table t (a int)' });
  await using target = await createDatabase();
  const tables = await tablesOf(source);
  await expect(verify({ source, target, tables })).rejects.toMatchObject({
    code: expect.any(String),
    message: expect.stringContaining('public.t'),
  });
});

const MASK: ColumnRule = { type: 'email', domain: 'email', isUnique: false, preserveFormat: false };

/** The tables of a database as a plan has them. */
async function tablesOf(database: TestDatabase, rules: Record<string, Record<string, ColumnRule>> = {}) {
  const { tables } = await analyzeSchema(sourceOf(database));
  return planTables({
    tables,
    isCopied: ({ kind }) => kind === 'table',
    rules: [new Map(Object.entries(rules).map(([label, columns]) => [label, new Map(Object.entries(columns))]))],
  });
}

type Database = Pick<TestDatabase, 'name' | 'url'>;

interface VerifyInput {
  source: Database;
  target: Database;
  tables: readonly TablePlan[];
  proof?: CopyProof;
  snapshot?: string;
}

function verify({ source, target, tables, proof = 'checksums', snapshot }: VerifyInput): Promise<VerifiedCopy> {
  const from = sourceOf(source);
  return verifyCopy({
    tables,
    proof,
    openSource: (signal) =>
      snapshot ? openSnapshotReader(from, { snapshot, tables, signal }) : from.connect({ purpose: 'test', signal }),
    openTarget: (signal) => sourceOf(target).connect({ purpose: 'test', signal }),
  });
}
