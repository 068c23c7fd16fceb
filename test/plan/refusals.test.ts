import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPlan } from '../../engine/plan/create-plan.js';
import { ownersOf } from '../../engine/plan/owners.js';
import { judgeTarget } from '../../engine/plan/refusals.js';
import { requireRunnable } from '../../engine/plan/require-runnable.js';
import { quoteIdentifier } from '../../engine/postgres/quote.js';
import { splitDump } from '../../engine/schema/split.js';
import { owner, planInput, schemaOf, targetCatalog } from './builders.js';

const EXTENSIONS = [
  { name: 'postgis', version: '3.4', schema: 'public', isUsed: true },
  { name: 'pg_cron', version: '1.6', schema: 'cron', isUsed: false },
];

test('everything that a target cannot hold is refused at once', () => {
  const source = schemaOf([], { serverVersion: 170_002, extensions: EXTENSIONS, roles: ['anon', 'Rôle "x"'] });
  const target = targetCatalog({
    serverVersion: 150_006,
    encoding: 'LATIN1',
    isSuperuser: false,
    canCreateRoles: false,
  });
  const { refusals, createsRoles } = judgeTarget(source, target);
  expect(refusals).toEqual([
    expect.stringContaining('test runs PostgreSQL 15, production 17'),
    expect.stringContaining('test has encoding LATIN1, the source UTF8'),
    expect.stringContaining('extension postgis 3.4 is not available'),
    expect.stringContaining('extension pg_cron 1.6 is not available'),
    expect.stringContaining('create role "anon" nologin'),
    expect.stringContaining('create role "Rôle ""x""" nologin'),
  ]);
  expect(createsRoles).toEqual([]);
});

test('a plan with refusals cannot run, and says all of them', () => {
  const plan = createPlan(planInput([], { source: schemaOf([], { extensions: EXTENSIONS }) }));
  expect(() => requireRunnable(plan)).toThrow(
    expect.objectContaining({ code: 'PLAN_REFUSED', details: { refusals: plan.refusals } }),
  );
  expect(() => requireRunnable(plan)).toThrow(/postgis.*\n.*pg_cron/);
  expect(() => requireRunnable(createPlan(planInput([])))).not.toThrow();
});

test('a newer server, a UTF8 database and another version of an extension hold the source', () => {
  const source = schemaOf([], { encoding: 'LATIN1', extensions: EXTENSIONS.slice(0, 1) });
  const target = targetCatalog({
    serverVersion: 180_000,
    availableExtensions: [{ name: 'postgis', versions: ['3.5'] }],
  });
  expect(judgeTarget(source, target)).toMatchObject({
    refusals: [],
    warnings: ["extension postgis is 3.4 in the source; the target's server has 3.5"],
  });
});

test('what only superusers create is refused by name where the role is none', async () => {
  const statements = await splitDump(`
    CREATE TYPE public.base;
    CREATE FUNCTION public.base_in(cstring) RETURNS public.base
        LANGUAGE internal IMMUTABLE STRICT
        AS $$int8in$$;
    CREATE TYPE public.base (INTERNALLENGTH = 8, INPUT = public.base_in, OUTPUT = public.base_out);
    CREATE TYPE public."a AS b" AS ENUM ('x');
    CREATE FUNCTION public.talks() RETURNS text
        LANGUAGE sql
        AS $$ select '
    LANGUAGE c' $$;
    CREATE CAST (public.base AS bigint) WITHOUT FUNCTION;
    CREATE OPERATOR CLASS public.odd FOR TYPE integer USING btree AS OPERATOR 1 <;`);
  const source = schemaOf([], { statements });
  const [refusal] = judgeTarget(source, targetCatalog({ isSuperuser: false })).refusals;
  expect(refusal).toContain(
    'only a superuser may create type public.base, function public.base_in(cstring), cast (public.base AS bigint), operator class public.odd using btree, and',
  );
  expect(judgeTarget(source, targetCatalog()).refusals).toEqual([]);
});

test('missing roles are created where the role may', () => {
  const source = schemaOf([], { roles: ['anon', 'postgres'] });
  expect(judgeTarget(source, targetCatalog())).toMatchObject({ refusals: [], createsRoles: ['anon'] });
});

test('a database that is not there and may not be created is refused', () => {
  const target = targetCatalog({ exists: false, isSuperuser: false, canCreateDatabase: false });
  expect(judgeTarget(schemaOf([]), target).refusals).toEqual([expect.stringContaining('does not exist')]);
});

test('owners that the role cannot become are skipped with a warning, but not by a superuser', () => {
  const statements = [
    owner('ALTER TABLE public.t OWNER TO service_role;'),
    owner('ALTER TABLE public.u OWNER TO mine;'),
    {
      ...owner('ALTER DEFAULT PRIVILEGES FOR ROLE platform GRANT SELECT ON TABLES TO anon;'),
      kind: 'default privilege',
    },
    { ...owner("CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'ALTER TABLE x OWNER TO y';"), kind: 'function' },
  ];
  const source = schemaOf([], { statements });
  const target = targetCatalog({ isSuperuser: false, assignableRoles: ['mine'] });
  expect(judgeTarget(source, target)).toMatchObject({
    skippedOwners: ['platform', 'service_role'],
    warnings: [expect.stringContaining('platform, service_role')],
  });
  expect(judgeTarget(source, targetCatalog())).toMatchObject({ skippedOwners: [], warnings: [] });
});

test('an owner is read from its statement whatever its name', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => !name.includes('\0')),
      (name) => {
        expect(ownersOf([owner(`ALTER TABLE public."OWNER TO" OWNER TO ${quoteIdentifier(name)};`)])).toEqual([name]);
      },
    ),
  );
});
