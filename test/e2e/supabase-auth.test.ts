import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEST_PASSWORD_HASH } from '../../contracts/anonymization.js';
import type { CloneResult } from '../../contracts/clone.js';
import { openDesk } from '../../worker/desk.js';
import { createWorld, type World } from '../support/world.js';

const EMPTIED = [
  'audit_log_entries',
  'flow_state',
  'mfa_challenges',
  'mfa_factors',
  'one_time_tokens',
  'refresh_tokens',
  'sessions',
].map((name) => `auth.${name}`);

let world: World;
let result: CloneResult;

beforeAll(async () => {
  const source = await readFile(new URL('supabase-auth.sql', import.meta.url), 'utf8');
  world = await createWorld({ major: 15, source });
  result = await world.cloner.cloneEnvironment({ source: 'production', target: 'test', confirm: 'test' });
}, 60_000);

afterAll(() => world[Symbol.asyncDispose]());

const count = async (from: string) => Number((await world.target.column(`select count(*) from ${from}`))[0]);

test('the rules empty what holds sessions, codes and second factors, each with its reason', async () => {
  const file = JSON.parse(await readFile(join(world.directory, 'envclone.rules.json'), 'utf8'));
  expect(file.emptyTables.map(({ table }: { table: string }) => table)).toEqual(EMPTIED);
  expect(file.emptyTables[6]).toEqual({ table: 'auth.sessions', reason: 'sessions of people' });
  const ruled = new Set(file.rules.map(({ tableName }: { tableName: string }) => tableName));
  expect([...ruled].toSorted()).toEqual(['auth.identities', 'auth.users', 'public.profiles']);
});

test('emptied tables are there without rows, keys to them are null, and tables that cannot be without are empty', async () => {
  expect(result.status).toBe('completed');
  for (const table of [...EMPTIED, 'public.session_scores']) expect(await count(table)).toBe(0);
  expect(await count('public.devices where session_id is null')).toBe(20);
  const { json } = await (await openDesk(world.directory)).report(result.operationId);
  expect(json.emptied).toContainEqual({ table: 'auth.sessions', reason: 'sessions of people' });
  expect(json.emptied).toContainEqual({
    table: 'public.session_scores',
    reason: 'session_id cannot be null, and auth.sessions stays empty',
  });
});

test('everybody signs in with one password', async () => {
  expect(await world.target.column('select distinct encrypted_password from auth.users')).toEqual([TEST_PASSWORD_HASH]);
  expect(await count(`auth.users where crypt('envclone-test', encrypted_password) = encrypted_password`)).toBe(20);
});

test('one person has one address in users, metadata, identities and profiles, whatever its case there, and one id elsewhere', async () => {
  expect(
    await count(`
      auth.users u
        join auth.identities i on i.user_id = u.id and i.provider_id = i.identity_data ->> 'sub'
        join public.profiles p on p.id = u.id
       where u.email like 'user%@test.local' and u.email = u.raw_user_meta_data ->> 'email' and u.email = p.email and u.email = i.email and u.email = i.identity_data ->> 'email'`),
  ).toBe(20);
});

test('a code that was sent is another, no code stays none, and no code becomes NULL', async () => {
  expect(await count(`auth.users where confirmation_token = ''`)).toBe(14);
  expect(await count(`auth.users where confirmation_token = md5('confirm' || right(id::text, 2)::int)`)).toBe(0);
  expect(await count(`auth.users where recovery_token = '' and reauthentication_token = ''`)).toBe(20);
});

test('what the service compares stays', async () => {
  expect(await world.target.column('select distinct aud || role from auth.users')).toEqual([
    'authenticatedauthenticated',
  ]);
  expect(
    await world.target.column(`select distinct raw_app_meta_data ->> 'provider' p from auth.users order by 1`),
  ).toEqual(['email', 'google']);
  expect(await world.target.column(`select distinct raw_user_meta_data ->> 'iss' from auth.users`)).toEqual([
    'https://accounts.google.com',
  ]);
});

test('nothing of the source is found anywhere in the clone', async () => {
  const tables = await world.target.column(
    `select format('select %L || t::text from %s t', oid::regclass, oid::regclass) from pg_class
      where relkind = 'r' and relnamespace in ('auth'::regnamespace, 'public'::regnamespace)`,
  );
  const rows = await world.target.column(tables.join(' union all '));
  expect(rows.length).toBeGreaterThan(60);
  expect(rows.filter((row) => /canary|benali|\+21355500|41\.200|1078\d{12}/i.test(row))).toEqual([]);
});
