import { afterAll, expect, test } from 'vitest';
import { Session } from '../../engine/postgres/session.js';
import { proveReadOnly } from '../../engine/safety/read-only-proof.js';
import {
  createDatabase,
  onServer,
  POSTGRES_MAJORS,
  type PostgresMajor,
  type TestDatabase,
} from '../support/databases.js';
import { createRole, type TestRole } from './world.js';

const OBJECTS = `
  revoke create on schema public from public;
  create table t (a int, b int);
  create view v as select * from t;
  create materialized view mv as select * from t;
  create table p (a int) partition by list (a);
  create sequence s;
  create schema "Other. one";
  create table "Other. one"."Zähler ""x""" ("Wert. ""y""" int);
`;

async function prove(database: TestDatabase, role: TestRole) {
  await using session = await Session.open({
    url: role.on(database),
    environment: 'production',
    purpose: 'test',
    readOnly: true,
  });
  return await proveReadOnly(session);
}

interface Case {
  /** `R` is the role's name, `D` the database's. */
  sql: string;
  kind: string;
  what: string;
  since?: PostgresMajor;
}

const CASES: Case[] = [
  { sql: 'alter role R superuser', kind: 'superuser', what: 'is SUPERUSER' },
  { sql: 'alter role R createrole', kind: 'createrole', what: 'is CREATEROLE' },
  { sql: 'alter role R createdb', kind: 'createdb', what: 'is CREATEDB' },
  { sql: 'alter role R replication', kind: 'replication', what: 'is REPLICATION' },
  { sql: 'grant pg_write_all_data to R', kind: 'membership', what: 'pg_write_all_data', since: 15 },
  { sql: 'grant pg_write_server_files to R', kind: 'membership', what: 'pg_write_server_files' },
  { sql: 'grant pg_execute_server_program to R', kind: 'membership', what: 'pg_execute_server_program' },
  { sql: 'grant pg_maintain to R', kind: 'membership', what: 'pg_maintain', since: 17 },
  { sql: 'alter table t owner to R', kind: 'owner', what: 'owns table public.t' },
  { sql: 'alter database D owner to R', kind: 'owner', what: 'owns database D' },
  {
    sql: 'create function f() returns int language sql as $$select 1$$; alter function f owner to R',
    kind: 'owner',
    what: 'owns function',
  },
  {
    sql: `select lo_create(0); do $$begin execute format('alter large object %s owner to R', (select max(oid) from pg_largeobject_metadata)); end$$`,
    kind: 'owner',
    what: 'owns large object',
  },
  ...['insert', 'update', 'delete', 'truncate', 'references', 'trigger'].map((word) => ({
    sql: `grant ${word} on t to R`,
    kind: 'table',
    what: `${word.toUpperCase()} on table public.t (granted to R)`,
  })),
  { sql: 'grant maintain on t to R', kind: 'table', what: 'MAINTAIN on table public.t', since: 17 },
  { sql: 'grant insert on v to R', kind: 'table', what: 'INSERT on table public.v' },
  { sql: 'grant update on mv to R', kind: 'table', what: 'UPDATE on table public.mv' },
  { sql: 'grant delete on p to R', kind: 'table', what: 'DELETE on table public.p' },
  { sql: 'grant update on t to public', kind: 'table', what: 'UPDATE on table public.t (granted to PUBLIC)' },
  { sql: 'grant update (b) on t to R', kind: 'column', what: 'UPDATE on column public.t.b' },
  {
    sql: 'grant insert ("Wert. ""y""") on "Other. one"."Zähler ""x""" to R',
    kind: 'column',
    what: '"Other. one"."Zähler ""x"""."Wert. ""y"""',
  },
  { sql: 'grant usage on sequence s to R', kind: 'sequence', what: 'USAGE on sequence public.s' },
  { sql: 'grant update on sequence s to public', kind: 'sequence', what: 'UPDATE on sequence public.s' },
  { sql: 'grant create on schema "Other. one" to R', kind: 'schema', what: 'CREATE on schema "Other. one"' },
  { sql: 'grant create on schema public to R', kind: 'schema', what: 'CREATE on schema public (granted to R)' },
  { sql: 'grant create on schema "Other. one" to public', kind: 'schema', what: '(granted to PUBLIC)' },
  { sql: 'grant create on database D to R', kind: 'database', what: 'CREATE on database D' },
  { sql: 'grant create on tablespace pg_default to R', kind: 'tablespace', what: 'CREATE on tablespace pg_default' },
  {
    sql: `select lo_create(0); do $$begin execute format('grant update on large object %s to R', (select max(oid) from pg_largeobject_metadata)); end$$`,
    kind: 'large object',
    what: 'UPDATE on large object',
  },
  {
    sql: `select lo_create(0); alter database D set lo_compat_privileges = on`,
    kind: 'large object',
    what: 'lo_compat_privileges is on',
  },
  {
    sql: 'grant alter system on parameter work_mem to R',
    kind: 'parameter',
    what: 'ALTER SYSTEM on parameter work_mem',
    since: 15,
  },
  {
    sql: 'grant set on parameter session_replication_role to R',
    kind: 'parameter',
    what: 'SET on parameter session_replication_role',
    since: 15,
  },
  {
    sql: 'grant execute on function lo_export(oid, text) to R',
    kind: 'function',
    what: 'EXECUTE on function lo_export(oid,text)',
  },
];

const onEach = CASES.map((entry, at) => [entry.sql, entry.since ?? POSTGRES_MAJORS[at % 4] ?? 13, entry] as const);

/** One database for each version: making one costs more than all that is proven in it. */
const shared = new Map<PostgresMajor, TestDatabase>();

afterAll(async () => {
  for (const database of shared.values()) await database[Symbol.asyncDispose]();
});

async function sharedDatabase(major: PostgresMajor): Promise<TestDatabase> {
  const database = shared.get(major) ?? (await createDatabase({ major }));
  shared.set(major, database);
  await database.run(`
    alter database ${database.name} owner to postgres;
    alter database ${database.name} reset all;
    select lo_unlink(oid) from pg_largeobject_metadata;
    drop schema public cascade;
    drop schema if exists "Other. one" cascade;
    create schema public;
    ${OBJECTS}`);
  return database;
}

test.each(onEach)('%s is found on PostgreSQL %i', async (_, major, { sql, kind, what }) => {
  const database = await sharedDatabase(major);
  await using role = await createRole({ major });
  const named = (text: string) => text.replaceAll(/\bR\b/g, role.name).replaceAll(/\bD\b/g, database.name);
  expect((await prove(database, role)).findings).toEqual([]);

  await database.run(named(sql));

  const { findings } = await prove(database, role);
  expect(findings).toContainEqual({ kind, what: expect.stringContaining(named(what)), fix: expect.any(String) });
  await database.run(`alter database ${database.name} owner to postgres; drop owned by ${role.name} cascade`);
});

test.each([
  ['grant delete, update on t to R', 13],
  ['grant update (b) on t to R', 18],
  ['grant insert ("Wert. ""y""") on "Other. one"."Zähler ""x""" to R', 18],
  ['grant usage on sequence s to R', 13],
  ['grant create on schema "Other. one" to public', 15],
  ['alter role R createdb', 17],
  ['grant create on database D to R', 17],
  ['grant set on parameter session_replication_role to R', 17],
] as const)('the fix of %s takes it away', async (sql, major) => {
  const database = await sharedDatabase(major);
  await using role = await createRole({ major });
  await database.run(sql.replaceAll(/\bR\b/g, role.name).replaceAll(/\bD\b/g, database.name));
  const { findings } = await prove(database, role);
  expect(findings.length).toBeGreaterThan(0);
  for (const { fix } of findings) await database.run(fix);
  expect((await prove(database, role)).findings).toEqual([]);
  await database.run(`drop owned by ${role.name}`);
});

test.each(POSTGRES_MAJORS)(
  'what a role can become through others counts on PostgreSQL %i, inherited or not',
  async (major) => {
    await using role = await createRole({ major, attributes: 'noinherit' });
    await using between = await createRole({ major });
    await using writer = await createRole({ major });
    await using database = await createDatabase({ major, sql: OBJECTS });
    await database.run(
      `grant insert on t to ${writer.name}; grant ${writer.name} to ${between.name}; grant ${between.name} to ${role.name}`,
    );
    expect((await prove(database, role)).findings).toMatchObject([
      { kind: 'table', what: `INSERT on table public.t (granted to ${writer.name})` },
    ]);
  },
);

test.each([
  ['with inherit false, set false', []],
  ['with inherit false, set true', [{ kind: 'table' }]],
  ['with inherit true, set false', [{ kind: 'table' }]],
  ['with inherit false, set false, admin true', [{ kind: 'table' }]],
])('a membership %s counts by what it allows', async (options, findings) => {
  await using role = await createRole();
  await using writer = await createRole();
  const database = await sharedDatabase(17);
  await database.run(`grant insert on t to ${writer.name}; grant ${writer.name} to ${role.name} ${options}`);
  expect((await prove(database, role)).findings).toMatchObject(findings);
  await database.run(`drop owned by ${writer.name}`);
});

test('a role that can become a superuser is a superuser', async () => {
  await using role = await createRole();
  await using database = await createDatabase({ sql: OBJECTS });
  await database.run(`grant postgres to ${role.name}`);
  expect((await prove(database, role)).findings).toContainEqual(expect.objectContaining({ kind: 'superuser' }));
});

test.each([13, 15] as const)(
  'CREATE on schema public left to everybody is a warning with its fix on PostgreSQL %i',
  async (major) => {
    await using role = await createRole({ major });
    await using database = await createDatabase({ major, sql: 'grant create on schema public to public' });
    const { findings, warnings } = await prove(database, role);
    expect(findings).toEqual([]);
    expect(warnings).toEqual([
      'CREATE on schema public (granted to PUBLIC); better: revoke create on schema public from PUBLIC',
    ]);
  },
);

test('functions that run as their owner and foreign servers are warnings', async () => {
  await using role = await createRole();
  await using database = await createDatabase({
    sql: `${OBJECTS}
      create function f() returns int language sql security definer as 'select 1';
      create foreign data wrapper w; create server elsewhere foreign data wrapper w; grant usage on foreign server elsewhere to public;`,
  });
  const { findings, warnings } = await prove(database, role);
  expect(findings).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining('1 SECURITY DEFINER'), expect.stringContaining('elsewhere')]);
});

test("what the role owns in another database is not this database's data", async () => {
  await using role = await createRole();
  await using database = await createDatabase({ sql: OBJECTS });
  await using other = await createDatabase();
  await other.run(
    `alter database ${other.name} owner to ${role.name}; create table mine (); alter table mine owner to ${role.name}`,
  );
  expect((await prove(database, role)).findings).toEqual([]);
});

test('a default that a role sets for itself proves nothing', async () => {
  await using role = await createRole();
  await using database = await createDatabase({ sql: OBJECTS });
  await database.run(
    `grant insert on t to ${role.name}; alter role ${role.name} set default_transaction_read_only = on`,
  );
  expect((await prove(database, role)).findings).toHaveLength(1);
});

test('thousands of tables are proven in seconds', async () => {
  await using role = await createRole();
  await using database = await createDatabase({
    sql: `do $$begin for i in 1..2000 loop execute format('create table t%s (a int); grant select on t%s to public', i, i); if i % 500 = 0 then commit; end if; end loop; end$$`,
  });
  await onServer(database.url, 'analyze pg_catalog.pg_class');
  const started = Date.now();
  expect((await prove(database, role)).findings).toEqual([]);
  expect(Date.now() - started).toBeLessThan(3_000);
});
