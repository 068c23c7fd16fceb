import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TypeShape } from '../../contracts/schema.js';
import { mapArray, mapComposite } from '../../engine/anonymizer/containers.js';
import { createDatabase } from '../support/databases.js';
import { maskerOf, scalar } from './builders.js';

const texts: TypeShape = { kind: 'array', element: scalar('text'), delimiter: ',' };
const awkward = fc.string({
  unit: fc.constantFrom('a', '"', '\\', ',', '{', '}', '(', ')', ' ', 'é', 'NULL', '\n'),
  maxLength: 12,
});

test('PostgreSQL reads every rewritten array as the elements that were made', async () => {
  await using database = await createDatabase();
  await using session = await database.session();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(awkward), { maxLength: 5 }), async (elements) => {
      const { array } = await session.one<{ array: string }>('select $1::text[]::text as array', [elements]);
      const rewritten = mapArray(array, ',', (value) => `${value}"\\,!`);
      const { back } = await session.one<{ back: unknown }>('select $1::text::text[] as back', [rewritten]);
      expect(back).toEqual(elements.map((element) => (element === null ? null : `${element}"\\,!`)));
    }),
    { numRuns: 150 },
  );
});

test('PostgreSQL reads every rewritten composite as the fields that were made', async () => {
  await using database = await createDatabase({
    sql: 'create type public.contact as (name text, email text, city text)',
  });
  await using session = await database.session();
  await fc.assert(
    fc.asyncProperty(fc.tuple(fc.option(awkward), fc.option(awkward), fc.option(awkward)), async (fields) => {
      const { row } = await session.one<{ row: string }>(
        'select row($1::text, $2::text, $3::text)::public.contact::text as row',
        fields,
      );
      const rewritten = mapComposite(row, [undefined, (value) => `<${value}>`, undefined]);
      const back = await session.one(
        'select (c).name as name, (c).email as email, (c).city as city from (select $1::text::public.contact as c) _',
        [rewritten],
      );
      expect(back).toEqual({ name: fields[0], email: fields[1] === null ? null : `<${fields[1]}>`, city: fields[2] });
    }),
    { numRuns: 150 },
  );
});

test('dimensions, nesting and NULL of an array stay', () => {
  const upper = (value: string) => value.toUpperCase();
  expect(mapArray('[0:1][1:2]={{a,"b c"},{NULL,"null"}}', ',', upper)).toBe('[0:1][1:2]={{A,"B C"},{NULL,"NULL"}}');
  expect(mapArray('{a;b}', ';', upper)).toBe('{A;B}');
  expect(mapArray('{}', ',', upper)).toBe('{}');
});

test('an array of e-mails becomes the array of their masks', () => {
  const one = maskerOf('email');
  expect(maskerOf('email', { shape: texts })('{a@x.dz,NULL,b@x.dz}')).toBe(`{${one('a@x.dz')},NULL,${one('b@x.dz')}}`);
});

test('a composite is masked by the names of its fields; other types in it stay', () => {
  const contact: TypeShape = {
    kind: 'composite',
    fields: [
      { name: 'email', type: scalar('text') },
      { name: 'visits', type: scalar('int4') },
      { name: 'tags', type: texts },
      { name: 'photo', type: scalar('bytea') },
      { name: 'owner', type: scalar('uuid') },
    ],
  };
  const uuid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
  const masked = maskerOf('json', { shape: contact })(`(a@x.dz,7,"{vip,\\"très bon\\"}","\\\\x6869",${uuid})`) ?? '';
  const photo = maskerOf('mask', { shape: scalar('bytea') })('\\x6869')?.slice(2);
  expect(masked).toBe(`(${maskerOf('email')('a@x.dz')},7,"{xxx,""xxxx xxx""}","\\\\x${photo}",${uuid})`);
});

test('hstore keeps its keys, and PostgreSQL reads what comes out', async () => {
  await using database = await createDatabase({ sql: 'create extension hstore with schema public' });
  const original = await database.column<string>(
    `select public.hstore(array['email', 'no"te', 'absent'], array['a@x.dz', 'C''est "bon" \\ oui', null])::text`,
  );
  const masked = maskerOf('json', { shape: scalar('hstore') })(original[0] ?? '') ?? '';
  const [back] = await database.column(`select public.hstore_to_json($m$${masked}$m$::public.hstore)`);
  expect(back).toEqual({ email: maskerOf('email')('a@x.dz'), 'no"te': `x'xxx "xxx" \\ xxx`, absent: null });
});
