import { expect, test } from 'vitest';
import { compareStatements } from '../../engine/schema/compare.js';
import { splitDump } from '../../engine/schema/split.js';

const compare = async (source: string, target: string, options = {}) =>
  compareStatements(await splitDump(source), await splitDump(target), options).map(
    ({ kind, name, change }) => `${change}: ${kind} ${name}`,
  );

test('missing, unexpected and different objects are told apart', async () => {
  expect(
    await compare(
      'CREATE TABLE public.a (x integer); CREATE TABLE public.b (x integer);',
      'CREATE TABLE public.b (x text); CREATE TABLE public.c ();',
    ),
  ).toEqual(['missing: table public.a', 'different: table public.b', 'unexpected: table public.c']);
});

test('order and white space are no difference', async () => {
  expect(
    await compare(
      'CREATE TABLE public.a (x integer); CREATE TABLE public.b (\n  x integer\n);',
      'CREATE TABLE public.b ( x integer ); CREATE TABLE public.a (x integer);',
    ),
  ).toEqual([]);
});

test('what was neutralized is no difference, nor is what was about it', async () => {
  const except = [{ kind: 'trigger', name: 'public.t.hook', reason: 'x' }];
  expect(
    await compare(
      `CREATE TRIGGER hook AFTER INSERT ON public.t EXECUTE FUNCTION public.f();
       COMMENT ON TRIGGER hook ON public.t IS 'x';
       CREATE TRIGGER other AFTER INSERT ON public.t EXECUTE FUNCTION public.f();`,
      '',
      { except },
    ),
  ).toEqual(['missing: trigger public.t.other']);
});

test('versions that qualify columns differently agree', async () => {
  const [old, recent] = [
    'CREATE VIEW public.v AS SELECT t.id FROM public.t;',
    'CREATE VIEW public.v AS SELECT id FROM public.t;',
  ];
  expect(await compare(old, recent)).toEqual(['different: view public.v']);
  expect(await compare(old, recent, { isLoose: true })).toEqual([]);
});

test('a difference of a login does not show it', async () => {
  const differences = compareStatements(
    await splitDump("CREATE USER MAPPING FOR loft SERVER s OPTIONS (password 'sesame');"),
    [],
  );
  expect(differences).toEqual([{ kind: 'user mapping', name: 'loft on s', change: 'missing' }]);
});

test('of other versions, the names of NOT NULL and the spelling of locales are no difference', async () => {
  const older = `
    CREATE COLLATION public.c (provider = icu, locale = '@colNumeric=yes');
    CREATE TABLE public.t (a integer NOT NULL, s character varying, CHECK (((s)::text = ANY ((ARRAY['x'::character varying])::text[]))));`;
  const newer = `
    CREATE COLLATION public.c (provider = icu, locale = 'und-u-kn');
    CREATE TABLE public.t (a integer CONSTRAINT t_a_not_null1 NOT NULL, s character varying, CHECK (((s)::text = ANY (ARRAY[('x'::character varying)::text]))));`;
  expect(await compare(older, newer, { isLoose: true })).toEqual([]);
  const other = newer.replace('provider = icu', 'provider = libc').replace('CONSTRAINT t_a_not_null1 NOT NULL', '');
  expect(await compare(older, other, { isLoose: true })).toHaveLength(2);
});
