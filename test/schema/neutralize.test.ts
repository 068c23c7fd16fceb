import { expect, test } from 'vitest';
import type { FunctionDefinition } from '../../contracts/schema.js';
import { neutralize } from '../../engine/schema/neutralize.js';
import { splitDump } from '../../engine/schema/split.js';

const FUNCTIONS = `
  CREATE FUNCTION public.post_webhook(body text) RETURNS void LANGUAGE plpgsql AS $$begin perform net.http_post('https://x', body); end$$;
  CREATE FUNCTION public."Notify Partner"() RETURNS trigger LANGUAGE plpgsql AS $$begin perform public.post_webhook('x'); return new; end$$;
  CREATE FUNCTION public.announce() RETURNS trigger LANGUAGE plpgsql AS $$begin perform pg_notify('channel', 'x'); return new; end$$;
  CREATE FUNCTION public.total() RETURNS numeric LANGUAGE sql BEGIN ATOMIC SELECT * FROM public.dblink('x', 'y') AS t(a numeric); END;
  CREATE TABLE public.lofts (id integer);
  CREATE TABLE public.http_log (id integer);`;

async function neutral(
  sql: string,
  { keep = [], functions = [] }: { keep?: string[]; functions?: FunctionDefinition[] } = {},
) {
  const { statements, neutralized } = neutralize({
    statements: await splitDump(`${FUNCTIONS}${sql}`),
    functions,
    keep: { keep },
  });
  return {
    names: neutralized.map(({ kind, name }) => `${kind} ${name}`),
    reasons: neutralized.map(({ reason }) => reason),
    left: statements.map(({ kind, name }) => `${kind} ${name}`).slice(6),
    statements,
  };
}

const TRIGGERS = `
  CREATE TRIGGER notify_partner AFTER INSERT ON public.lofts FOR EACH ROW EXECUTE FUNCTION public."Notify Partner"();
  COMMENT ON TRIGGER notify_partner ON public.lofts IS 'x';
  ALTER TABLE public.lofts DISABLE TRIGGER notify_partner;
  CREATE TRIGGER announce AFTER INSERT ON public.lofts FOR EACH ROW EXECUTE FUNCTION public.announce();`;

test('a trigger that reaches out through other functions is left out with all that is about it', async () => {
  const { names, reasons, left } = await neutral(TRIGGERS);
  expect(names).toEqual(['trigger public.lofts.notify_partner']);
  expect(reasons).toEqual(['it calls public."Notify Partner" → public.post_webhook → net.http_post']);
  expect(left).toEqual(['trigger public.lofts.announce']);
});

test('an object that the configuration names stays', async () => {
  const { names } = await neutral(TRIGGERS, { keep: ['trigger public.lofts.notify_partner'] });
  expect(names).toEqual([]);
  expect((await neutral(TRIGGERS, { keep: ['trigger public.*'] })).names).toEqual([]);
  expect((await neutral(TRIGGERS, { keep: ['trigger public.other'] })).names).toHaveLength(1);
});

test('a webhook of Supabase is a trigger that reaches out', async () => {
  const { names } = await neutral(
    `CREATE TRIGGER hook AFTER INSERT ON public.lofts FOR EACH ROW EXECUTE FUNCTION supabase_functions.http_request('https://x', 'POST');`,
  );
  expect(names).toEqual(['trigger public.lofts.hook']);
});

test('a function of an extension is followed too', async () => {
  const helper = {
    schema: 'hooks',
    name: 'send',
    identity: 'hooks.send()',
    kind: 'function' as const,
    language: 'sql',
    body: 'select extensions.http_post($1)',
    isSecurityDefiner: false,
  };
  const { names } = await neutral(
    `CREATE FUNCTION public.relay() RETURNS trigger LANGUAGE plpgsql AS $$begin perform hooks.send(); return new; end$$;
     CREATE TRIGGER relay AFTER INSERT ON public.lofts FOR EACH ROW EXECUTE FUNCTION public.relay();`,
    { functions: [helper] },
  );
  expect(names).toEqual(['trigger public.lofts.relay']);
});

test('rules and event triggers that reach out are left out', async () => {
  const { names } = await neutral(`
    CREATE RULE post AS ON INSERT TO public.lofts DO ALSO SELECT public.post_webhook('x');
    CREATE RULE log AS ON INSERT TO public.lofts DO ALSO INSERT INTO public.http_log VALUES (1);
    CREATE EVENT TRIGGER ddl ON ddl_command_end EXECUTE FUNCTION public."Notify Partner"();`);
  expect(names).toEqual(['rule public.lofts.post', 'event trigger ddl']);
});

test('a server keeps its name and loses its address and logins', async () => {
  const { names, statements } = await neutral(`
    CREATE SERVER analytics FOREIGN DATA WRAPPER postgres_fdw OPTIONS (
        dbname 'loft',
        host 'db.loft.example',
        hostaddr '10.0.0.1'
    );
    CREATE SERVER local_one FOREIGN DATA WRAPPER postgres_fdw;
    CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
    CREATE USER MAPPING FOR loft SERVER analytics OPTIONS (password 'sesame');`);
  expect(names).toEqual(['user mapping loft on analytics', 'server analytics', 'server local_one']);
  const text = statements.map(({ sql }) => sql).join('\n');
  expect(text).toContain("OPTIONS (\n    host 'neutralized.invalid',\n    dbname 'loft'\n)");
  expect(text).not.toMatch(/loft\.example|10\.0\.0\.1|sesame/);
});

test('a server that stays keeps its logins', async () => {
  const { names } = await neutral(
    `CREATE SERVER analytics FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'x');
     CREATE USER MAPPING FOR loft SERVER analytics OPTIONS (password 'sesame');`,
    { keep: ['server "analytics"'] },
  );
  expect(names).toEqual([]);
});

test('a subscription is left out, a publication stays', async () => {
  const { names, left } = await neutral(`
    CREATE PUBLICATION outflow FOR ALL TABLES;
    CREATE SUBSCRIPTION inflow CONNECTION 'host=x' PUBLICATION p WITH (connect = false);
    ALTER SUBSCRIPTION inflow OWNER TO loft;`);
  expect(names).toEqual(['subscription inflow']);
  expect(left).toEqual(['publication outflow']);
});

test('a materialized view that reads from another server, even through a view, is listed', async () => {
  const { names, left } = await neutral(`
    CREATE VIEW public.remote AS SELECT public.total() AS total;
    CREATE MATERIALIZED VIEW public.cached AS SELECT total FROM public.remote WITH NO DATA;
    CREATE MATERIALIZED VIEW public.own AS SELECT id FROM public.lofts WITH NO DATA;`);
  expect(names).toEqual(['materialized view public.cached']);
  expect(left).toContain('materialized view public.cached');
});
