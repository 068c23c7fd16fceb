import { randomBytes } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { createOwner, createReader, createSchema } from '../../examples/loft/create.js';
import { onServer } from '../support/databases.js';
import { type LoftDatabase, loftDatabase, openSession, tablesOf } from './loft-database.js';

test.each([13, 18] as const)('on PostgreSQL %i the reader reads every row that the superuser reads', async (major) => {
  await using loft = await loftDatabase({ major });
  await using superuser = await loft.session();
  await using role = await readerOf(loft);
  await using reader = await openSession(role.url);
  const tables = await tablesOf(superuser);
  expect(tables.length).toBeGreaterThan(30);
  const count = `select ${tables.map((table) => `(select count(*) from ${table})`).join(' + ')} as rows`;
  expect(await reader.one(count)).toEqual(await superuser.one(count));
});

test.each([13, 18] as const)('on PostgreSQL %i the reader reads sequences and materialized views', async (major) => {
  await using loft = await loftDatabase({ major });
  await using role = await readerOf(loft);
  await using reader = await openSession(role.url);
  await expect(reader.query('select last_value from public."Ticket-Nr"')).resolves.toHaveLength(1);
  await expect(reader.query('select from public."city revenue" limit 1')).resolves.toHaveLength(1);
});

test.each([13, 18] as const)('on PostgreSQL %i the reader holds no privilege to write', async (major) => {
  await using loft = await loftDatabase({ major });
  await using role = await readerOf(loft);
  await using reader = await openSession(role.url);
  const writable = await reader.query(
    `select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and case
       when c.relkind = 'S' then has_sequence_privilege(c.oid, 'usage, update')
       when c.relkind in ('r', 'p', 'v', 'm') then has_table_privilege(c.oid, 'insert, update, delete, truncate, trigger')
         or has_any_column_privilege(c.oid, 'insert, update')
       else false end`,
  );
  const creatable = await reader.query(`select nspname from pg_namespace where has_schema_privilege(oid, 'create')`);
  expect({ writable, creatable }).toEqual({ writable: [], creatable: [] });
  await expect(reader.query('create schema mine')).rejects.toMatchObject({ code: '42501' });
  await expect(reader.query('delete from public.messages')).rejects.toMatchObject({ code: '42501' });
  await expect(reader.query(`select nextval('public.payment_id_seq')`)).rejects.toMatchObject({ code: '42501' });
});

test.each([13, 15, 17, 18] as const)(
  'on PostgreSQL %i an owner who is no superuser can build the sample',
  async (major) => {
    const serverUrl = inject('postgresUrls')[major];
    await using loft = await loftDatabase({ major }); // so that the platform's roles are there
    const name = `owned_${randomBytes(6).toString('hex')}`;
    const [url = ''] = await createOwner({ serverUrl, user: name, password: 'secret', databases: [name] });
    try {
      await createSchema(url);
      await using session = await openSession(url);
      const [theirs, ours] = await Promise.all([session, await loft.session()].map((each) => tablesOf(each)));
      expect(theirs).toEqual(ours);
    } finally {
      await onServer(serverUrl, `drop database ${name} with (force)`);
      await onServer(serverUrl, `drop role ${name}`);
    }
  },
);

async function readerOf(loft: LoftDatabase): Promise<AsyncDisposable & { url: string }> {
  const user = `reader_${randomBytes(6).toString('hex')}`;
  const url = await createReader({ serverUrl: loft.serverUrl, database: loft.name, user, password: 'pass/word' });
  return {
    url,
    async [Symbol.asyncDispose]() {
      await onServer(loft.url, `drop owned by ${user}`);
      await onServer(loft.url, `drop role ${user}`);
    },
  };
}
