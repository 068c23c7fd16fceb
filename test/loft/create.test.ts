import { expect, test } from 'vitest';
import { quoteIdentifier, quoteRelation } from '../../engine/postgres/quote.js';
import type { Session } from '../../engine/postgres/session.js';
import { POSTGRES_MAJORS } from '../support/databases.js';
import { loftDatabase, tablesOf } from './loft-database.js';

test.each(POSTGRES_MAJORS)('the sample loads on PostgreSQL %i and holds rows in every table', async (major) => {
  await using loft = await loftDatabase({ major, hasForeignServer: true });
  await using session = await loft.session();
  expect(await emptyTables(session)).toEqual([]);
});

test.each([13, 18] as const)('scale 1 makes about ten thousand rows on PostgreSQL %i', async (major) => {
  await using loft = await loftDatabase({ major, scale: 1 });
  await using session = await loft.session();
  const counts = await countRows(session);
  expect(counts).toBeGreaterThan(9_500);
  expect(counts).toBeLessThan(10_500);
});

test.each([13, 18] as const)('every foreign key holds on PostgreSQL %i', async (major) => {
  await using loft = await loftDatabase({ major });
  await using session = await loft.session();
  expect(await danglingKeys(session)).toEqual([]);
});

test('the same seed makes the same rows, another seed others', async () => {
  await using first = await loftDatabase({ major: 13, seed: 7 });
  await using second = await loftDatabase({ major: 18, seed: 7 });
  await using other = await loftDatabase({ major: 18, seed: 8 });
  const [before, again, different] = await Promise.all([checksums(first), checksums(second), checksums(other)]);
  expect(again).toEqual(before);
  expect(different['public.guests']).not.toBe(before['public.guests']);
});

test('names are written in Latin and in Arabic letters', async () => {
  await using loft = await loftDatabase();
  await using session = await loft.session();
  const { latin, arabic } = await session.one<{ latin: number; arabic: number }>(
    `select count(*) filter (where full_name ~ '^[A-Z]')::int as latin,
            count(*) filter (where full_name ~ '^[ء-ي]')::int as arabic
     from public.guests`,
  );
  expect(latin).toBeGreaterThan(0);
  expect(arabic).toBeGreaterThan(0);
});

test('rows are inserted after the generated ones, not over them', async () => {
  await using loft = await loftDatabase();
  await using session = await loft.session();
  const { id } = await session.one<{ id: string }>(
    `insert into public.payments (currency, reservation_id, installment) select 'DZD', min(id), 9 from public.reservations returning id`,
  );
  const { previous } = await session.one<{ previous: string }>(
    'select max(id) as previous from public.payments where id < $1',
    [id],
  );
  expect(Number(id) - Number(previous)).toBe(5);
});

test('two samples are created on one server at once', async () => {
  const [first, second] = await Promise.all([
    loftDatabase({ major: 15, seed: 1 }),
    loftDatabase({ major: 15, seed: 2 }),
  ]);
  await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose]()]);
  expect(first.name).not.toBe(second.name);
});

async function emptyTables(session: Session): Promise<string[]> {
  const empty: string[] = [];
  for (const table of await tablesOf(session)) {
    const rows = await session.query(`select from ${table} limit 1`);
    if (rows.length === 0) empty.push(table);
  }
  return empty;
}

async function countRows(session: Session): Promise<number> {
  const { rows } = await session.one<{ rows: number }>(
    `select sum((xpath('/row/count/text()', query_to_xml(format('select count(*) from only %s', c.oid::regclass), false, true, '')))[1]::text::int)::int as rows
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`,
  );
  return rows;
}

/** Foreign keys with a row whose referenced row is missing. */
async function danglingKeys(session: Session): Promise<string[]> {
  const keys = await session.query<{ name: string; from: string; to: string; columns: string[]; targets: string[] }>(
    FOREIGN_KEYS,
  );
  expect(keys.length).toBeGreaterThan(15);
  const dangling: string[] = [];
  for (const { name, from, to, columns, targets } of keys) {
    const isSet = columns.map((column) => `f.${quoteIdentifier(column)} is not null`).join(' and ');
    const meets = columns
      .map((column, at) => `t.${quoteIdentifier(targets[at] ?? '')} = f.${quoteIdentifier(column)}`)
      .join(' and ');
    const missing = await session.query(
      `select from ${from} f where ${isSet} and not exists (select from ${to} t where ${meets}) limit 1`,
    );
    if (missing.length > 0) dangling.push(name);
  }
  return dangling;
}

const FOREIGN_KEYS = `
  select k.conname as name, k.conrelid::regclass::text as "from", k.confrelid::regclass::text as "to",
         array(select a.attname::text from unnest(k.conkey) with ordinality c (num, at)
               join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.num order by c.at) as columns,
         array(select a.attname::text from unnest(k.confkey) with ordinality c (num, at)
               join pg_attribute a on a.attrelid = k.confrelid and a.attnum = c.num order by c.at) as targets
  from pg_constraint k
  where k.contype = 'f' and k.conparentid = 0`;

async function checksums(loft: { session(): Promise<Session> }): Promise<Record<string, string>> {
  await using session = await loft.session();
  const sums: Record<string, string> = {};
  for (const table of COMPARED) {
    const { sum } = await session.one<{ sum: string }>(
      `select md5(string_agg(t::text, e'\\n' order by t::text collate "C")) as sum from ${quoteRelation(table)} t`,
    );
    sums[`${table.schema}.${table.name}`] = sum;
  }
  return sums;
}

const COMPARED = [
  { schema: 'auth', name: 'users' },
  { schema: 'public', name: 'profiles' },
  { schema: 'public', name: 'lofts' },
  { schema: 'public', name: 'guests' },
  { schema: 'public', name: 'payments' },
  { schema: 'public', name: 'messages' },
  { schema: 'public', name: 'Données Clients' },
  { schema: 'audit', name: 'audit_logs' },
];
