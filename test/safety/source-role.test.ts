import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { sourceRoleSql, withPassword } from '../../engine/safety/source-role.js';
import { readSourceRoleFacts } from '../../engine/safety/source-role-facts.js';
import { createDatabase, databaseUrl, onServer, POSTGRES_MAJORS, type TestDatabase } from '../support/databases.js';
import { createGuard } from './world.js';

const PRODUCTION = `
  create schema "Büro";
  create table public.profiles (id int generated always as identity, email text);
  insert into public.profiles (email) values ('a'), ('b');
  alter table public.profiles enable row level security;
  create policy own on public.profiles using (email = current_user);
  create table "Büro"."Räume" (id serial);
  insert into "Büro"."Räume" default values;
`;

/** A role made by the SQL that is printed. */
async function createReader(database: TestDatabase, supportsBypassRls: boolean) {
  const role = `reader "${randomBytes(4).toString('hex')}"`;
  await using session = await database.session();
  const facts = await readSourceRoleFacts(session);
  await database.run(withPassword(sourceRoleSql({ ...facts, supportsBypassRls, role }), "it's \\ secret"));
  const quoted = `"${role.replaceAll('"', '""')}"`;
  return {
    url: databaseUrl(database.url, database.name, {
      user: encodeURIComponent(role),
      password: encodeURIComponent("it's \\ secret"),
    }),
    async [Symbol.asyncDispose]() {
      await database.run(`drop owned by ${quoted}`);
      await onServer(database.url, `drop role ${quoted}`);
    },
  };
}

const VARIANTS = POSTGRES_MAJORS.flatMap((major) => [[major, true] as const, [major, false] as const]);

test.each(VARIANTS)(
  'on PostgreSQL %i (BYPASSRLS: %s) the guard accepts the printed role, and it reads all',
  async (major, supportsBypassRls) => {
    await using database = await createDatabase({ major, sql: PRODUCTION });
    await using reader = await createReader(database, supportsBypassRls);
    await using world = await createGuard({ urls: { production: reader.url } });
    const source = await world.guard.admitSource('production');
    await using session = await source.connect({ purpose: 'test' });
    expect(await session.query('select count(*)::int as n from public.profiles')).toEqual([{ n: 2 }]);
    expect(await session.query('select count(*)::int as n from "Büro"."Räume"')).toEqual([{ n: 1 }]);
    expect(await session.query('select last_value::int as n from "Büro"."Räume_id_seq"')).toEqual([{ n: 1 }]);
  },
);

test('the printed SQL holds a placeholder instead of a password', async () => {
  const sql = sourceRoleSql({
    role: 'r',
    database: 'd',
    serverMajor: 17,
    schemas: [],
    supportsBypassRls: true,
    rlsTables: [],
  });
  expect(sql).toContain(
    `create role "r" with login password :'password' nosuperuser nocreatedb nocreaterole noreplication bypassrls;`,
  );
  expect(sql).toContain('-- revoke create on schema public from public;');
});
