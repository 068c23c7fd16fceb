import { expect, test } from 'vitest';
import type { SchemaStatement } from '../../contracts/schema.js';
import { applyStatements, withoutOwners } from '../../engine/schema/apply.js';
import { splitDump } from '../../engine/schema/split.js';
import { createDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';

const statement = (kind: string, sql: string): SchemaStatement => ({ kind, name: `the ${kind}`, stage: 'finish', sql });

test('a statement that the server refuses is named', async () => {
  await using target = await createDatabase();
  const applying = applyStatements(
    targetOf(target),
    await splitDump('CREATE TABLE public.a (x integer); CREATE VIEW public.v AS SELECT nothing FROM public.a;'),
  );
  await expect(applying).rejects.toMatchObject({
    code: 'SCHEMA_STATEMENT_FAILED',
    message: expect.stringContaining('creating view public.v'),
  });
});

test('rows that break a constraint are not quoted', async () => {
  await using target = await createDatabase({
    sql: `create table t (email text); insert into t values ('karim@loft.example'), ('karim@loft.example')`,
  });
  const applying = applyStatements(targetOf(target), [
    statement('unique', 'ALTER TABLE public.t ADD CONSTRAINT t_email UNIQUE (email)'),
  ]);
  await expect(applying).rejects.toMatchObject({
    code: 'CONSTRAINT_VIOLATED',
    details: { condition: { constraint: 't_email' } },
  });
  await expect(applying).rejects.not.toMatchObject({ message: expect.stringContaining('karim') });
});

test('a second attempt keeps what the first one made', async () => {
  await using target = await createDatabase();
  const statements = await splitDump(`
    CREATE TABLE public.t (a integer);
    ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (a);
    CREATE INDEX t_a ON public.t USING btree (a);
    CREATE POLICY p ON public.t USING (true);`);
  await applyStatements(targetOf(target), statements.slice(0, 3));
  await applyStatements(targetOf(target), statements.slice(1), { tolerateExisting: true });
  expect(await target.column('select polname::text from pg_policy')).toEqual(['p']);
});

test('progress counts the statements done', async () => {
  await using target = await createDatabase();
  const counts: number[] = [];
  const tables = Array.from({ length: 1_100 }, (_, at) => statement('table', `CREATE TABLE public.t${at} ()`));
  await applyStatements(targetOf(target), tables, { onProgress: (done) => counts.push(done) });
  expect(counts).toEqual([500, 1_000, 1_100]);
});

test('a schema that the platform made already is no failure', async () => {
  await using target = await createDatabase({ sql: 'create schema auth' });
  await applyStatements(targetOf(target), await splitDump('CREATE SCHEMA auth; CREATE TABLE auth.users ();'));
  expect(await target.column("select to_regclass('auth.users')::text")).toEqual(['auth.users']);
});

test('a grantor who can grant no more is replaced by the owner', async () => {
  await using target = await createDatabase({ major: 15, sql: 'create table t (a integer)' });
  const [grantor, reader] = [`grantor_${target.name}`, `reader_${target.name}`];
  await target.run(`create role ${grantor}; create role ${reader}`);
  await applyStatements(
    targetOf(target),
    await splitDump(
      `SET SESSION AUTHORIZATION ${grantor}; GRANT SELECT ON TABLE public.t TO ${reader}; RESET SESSION AUTHORIZATION;`,
    ),
  );
  expect(await target.column(`select has_table_privilege('${reader}', 't', 'select')`)).toEqual([true]);
  await target.run(`drop owned by ${reader}; drop role ${grantor}, ${reader}`);
});

test('objects of a role that is left out keep who made them', async () => {
  const statements = await splitDump(`
    CREATE TABLE public.t (a integer);
    ALTER TABLE public.t OWNER TO "Platform ""Admin""";
    ALTER TABLE public.t OWNER TO loft;
    ALTER DEFAULT PRIVILEGES FOR ROLE "Platform ""Admin""" GRANT SELECT ON TABLES TO loft;
    REVOKE ALL ON TABLE public.t FROM "Platform ""Admin""";
    REVOKE SELECT ON TABLE public.t FROM "Platform ""Admin""";
    REVOKE ALL ON TABLE public.t FROM loft;
    GRANT SELECT ON TABLE public.t TO "Platform ""Admin""" WITH GRANT OPTION;`);
  expect(withoutOwners(statements, ['Platform "Admin"']).map(({ sql }) => sql)).toEqual([
    'CREATE TABLE public.t (a integer)',
    'ALTER TABLE public.t OWNER TO loft',
    'REVOKE ALL ON TABLE public.t FROM loft',
    'GRANT SELECT ON TABLE public.t TO "Platform ""Admin""" WITH GRANT OPTION',
  ]);
});
