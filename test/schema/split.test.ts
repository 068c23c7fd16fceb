import { expect, test } from 'vitest';
import { dumpSchema } from '../../engine/schema/dump.js';
import { splitDump } from '../../engine/schema/split.js';
import { createDatabase } from '../support/databases.js';
import { nastySql } from './nasty.js';

const split = async (sql: string) => (await splitDump(sql)).map(({ stage, kind, name }) => `${stage}: ${kind} ${name}`);

test('kind and name identify every statement of a dump', async () => {
  await using source = await createDatabase({ major: 18, sql: await nastySql(18) });
  const statements = await splitDump(await dumpSchema({ url: source.url, environment: 'source', serverMajor: 18 }));
  const keys = statements.map(({ kind, name }) => `${kind} ${name}`);
  expect(statements.length).toBeGreaterThan(200);
  expect(new Set(keys).size).toBe(keys.length);
  expect(statements.filter(({ name }) => name === '' || name.includes('undefined'))).toEqual([]);
});

test('a function body is one statement, whatever it looks like', async () => {
  const body = `CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $_$\n\n--\n-- Name: t; Type: TABLE\n--\n\nselect '; é' || $$;$$ $_$`;
  const statements = await splitDump(
    `\\restrict abc\n\n${body};\n\nCREATE TABLE public."é;" (a integer);\n\\unrestrict abc\n`,
  );
  expect(statements.map(({ sql }) => sql)).toEqual([body, 'CREATE TABLE public."é;" (a integer)']);
});

test('a header inside a function does not cut a large dump', async () => {
  const filler = Array.from({ length: 400 }, (_, at) => `select '${'é'.repeat(500)}${at}';`).join(
    '\n\n--\n-- Name: x\n--\n',
  );
  const statements = await splitDump(
    `CREATE FUNCTION public.f() RETURNS void LANGUAGE sql AS $$${filler}$$;\n\n--\n-- Name: t\n--\n\nCREATE TABLE public.t ();\n`,
  );
  expect(statements.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['function public.f()', 'table public.t']);
});

test('keys come before what waits for all rows, and satellites follow their object', async () => {
  expect(
    await split(`
      CREATE TABLE public.t (a integer);
      COMMENT ON TABLE public.t IS 'x';
      ALTER TABLE ONLY public.t FORCE ROW LEVEL SECURITY;
      CREATE TABLE public.u (a integer);
      ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (a);
      COMMENT ON CONSTRAINT t_pkey ON public.t IS 'x';
      CREATE TRIGGER r AFTER INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
      COMMENT ON TRIGGER r ON public.t IS 'x';
      ALTER TABLE ONLY public.u ADD CONSTRAINT u_fkey FOREIGN KEY (a) REFERENCES public.t(a);
      GRANT SELECT ON TABLE public.t TO reader;
    `),
  ).toEqual([
    'pre-data: table public.t',
    'pre-data: comment table public.t',
    'finish: forced row security public.t',
    'pre-data: table public.u',
    'keys: primary key public.t.t_pkey',
    'keys: comment constraint public.t.t_pkey',
    'finish: trigger public.t.r',
    'finish: comment trigger public.t.r',
    'finish: foreign key public.u.u_fkey',
    'finish: privilege table public.t to reader',
  ]);
});

test('what pg_dump postponed behind the keys waits, with its indexes', async () => {
  expect(
    await split(`
      CREATE TABLE public.t (a integer);
      ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (a);
      CREATE MATERIALIZED VIEW public.m AS SELECT a FROM public.t GROUP BY a WITH NO DATA;
      ALTER MATERIALIZED VIEW public.m OWNER TO x;
      CREATE INDEX m_a ON public.m USING btree (a);
      CREATE INDEX t_a ON public.t USING btree (a);
    `),
  ).toEqual([
    'pre-data: table public.t',
    'keys: primary key public.t.t_pkey',
    'finish: materialized view public.m',
    'finish: owner relation public.m',
    'finish: index public.m_a',
    'keys: index public.t_a',
  ]);
});

test('a constraint that is not valid checks no row that is copied', async () => {
  const statements = await split(`
    CREATE TABLE public.t (a integer);
    ALTER TABLE public.t ADD CONSTRAINT a_check CHECK (a > 0) NOT VALID;
    ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (a);`);
  expect(statements).toContain('finish: check public.t.a_check');
});

test('attaching an index belongs to the partitioned table', async () => {
  const statements = await splitDump(`
    CREATE INDEX root_a ON ONLY public.root USING btree (a);
    CREATE INDEX leaf_a ON public.leaf USING btree (a);
    ALTER INDEX public.root_a ATTACH PARTITION public.leaf_a;`);
  expect(statements.map(({ relation }) => relation?.name)).toEqual(['root', 'leaf', 'root']);
});

test('tablespace, access method and grantor become part of the statement they are for', async () => {
  const [quick, plain, privilege] = await splitDump(`
    SET default_tablespace = quick;
    SET default_table_access_method = columnar;
    CREATE TABLE public.a (x integer);
    SET default_tablespace = '';
    SET default_table_access_method = heap;
    CREATE TABLE public.b (x integer);
    SET SESSION AUTHORIZATION "the grantor";
    GRANT SELECT ON TABLE public.a TO reader;
    RESET SESSION AUTHORIZATION;`);
  expect(quick?.sql).toContain("spcname = 'quick'");
  expect(quick?.sql).toContain('SET default_table_access_method = "columnar"');
  expect(plain?.sql).toBe('CREATE TABLE public.b (x integer)');
  expect(privilege?.sql).toBe('SET ROLE "the grantor";\nGRANT SELECT ON TABLE public.a TO reader;\nRESET ROLE');
});

test('text that PostgreSQL cannot parse is refused', async () => {
  await expect(splitDump('CREATE TABEL x ();')).rejects.toMatchObject({ code: 'SCHEMA_UNREADABLE' });
});
