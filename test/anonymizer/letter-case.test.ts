import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnonymizationRule } from '../../contracts/anonymization.js';
import type { SchemaDefinition, UniqueKey } from '../../contracts/schema.js';
import { createDataAnonymizer } from '../../engine/anonymizer/data-anonymizer.js';
import { decideColumns } from '../../engine/anonymizer/decide-columns.js';
import { mergeProposals } from '../../engine/anonymizer/merge-proposals.js';
import { column, KEY, scalar, schema, table, tablePlan } from './builders.js';

const RUNS = { numRuns: 1_000 };

function unique(columns: string[], key: Partial<UniqueKey> = {}): UniqueKey {
  return { name: 'key', columns, isPrimary: false, isPartial: false, isExpression: false, ...key };
}

const byLower = (name: string) => unique([name], { isExpression: true, expressions: [`lower(${name})`] });

/** What the plan of these rules makes of a value of a column. */
function maskersOf(source: SchemaDefinition, rules: AnonymizationRule[]) {
  const decided = decideColumns({ schema: source, rules, generators: [] });
  expect(decided).toMatchObject({ problems: [], undecided: [] });
  return (label: string, name: string) => {
    const shape = source.tables
      .find((each) => `${each.schema}.${each.name}` === label)
      ?.columns.find((each) => each.name === name)?.shape;
    const rule = decided.rules.get(label)?.get(name);
    if (!shape || !rule) throw new Error(`${label}.${name} is not masked`);
    const [masker] = createDataAnonymizer({ key: KEY }).compile(tablePlan([{ name, shape, rule }])).columns;
    return (value: string) => masker?.(value) ?? '';
  };
}

const rule = (place: string, anonymizationType: AnonymizationRule['anonymizationType'], rest = {}) => {
  const [tableName = '', columnName = ''] = place.split('/');
  return { tableName, columnName, anonymizationType, ...rest };
};

const PEOPLE = table('auth.users', { columns: [column('email', { shape: scalar('varchar'), maxLength: 255 })] });
const IDENTITIES = table('auth.identities', { columns: [column('identity_data', { shape: scalar('jsonb') })] });
const RULES = [rule('auth.users/email', 'email'), rule('auth.identities/identity_data', 'json')];

test.each([
  ['without a unique key', PEOPLE],
  ["unique as Supabase's sign-in has it", { ...PEOPLE, uniqueKeys: [unique(['email'], { isPartial: true })] }],
  ['unique by lower(email)', { ...PEOPLE, uniqueKeys: [byLower('email')] }],
])('an address in a document is the one of a column %s, whatever its case', (_title, users) => {
  const masker = maskersOf(schema(users, IDENTITIES), RULES);
  const [inColumn, inDocument] = [masker('auth.users', 'email'), masker('auth.identities', 'identity_data')];
  fc.assert(
    fc.property(fc.emailAddress(), fc.infiniteStream(fc.boolean()), (address, capitals) => {
      const lower = address.toLowerCase();
      const mixed = Array.from(lower, (letter) => (capitals.next().value ? letter.toUpperCase() : letter)).join('');
      const { email } = JSON.parse(inDocument(JSON.stringify({ email: mixed })));
      expect(email).toBe(inColumn(lower));
      expect(email).toBe(inColumn(mixed));
    }),
    RUNS,
  );
});

test('where a column is unique by case, addresses stay different by case alone, in every column and document', () => {
  const accounts = table('public.accounts', { columns: [column('email')], unique: ['email'] });
  const masker = maskersOf(schema(PEOPLE, IDENTITIES, accounts), [...RULES, rule('public.accounts/email', 'email')]);
  const places = [
    masker('public.accounts', 'email'),
    masker('auth.users', 'email'),
    (value: string) => JSON.parse(masker('auth.identities', 'identity_data')(JSON.stringify({ email: value }))).email,
  ];
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(fc.emailAddress(), fc.integer({ min: 0, max: 3 }), (address, at) => {
      const one = address.slice(0, at) + address.slice(at).toUpperCase();
      const masked = new Set(places.map((place) => place(one)));
      expect(masked.size).toBe(1);
      const [value = ''] = masked;
      expect(value.toLowerCase()).toBe(places[0]?.(address.toLowerCase()));
      expect(seen.get(value) ?? one).toBe(one);
      seen.set(value, one);
    }),
    RUNS,
  );
});

test('codes that a unique index takes for one are masked alike in the whole domain, and look as they did', () => {
  const source = schema(
    table('public.lofts', { columns: [column('code')], uniqueKeys: [byLower('code')] }),
    table('public.notes', { columns: [column('loft_code')] }),
  );
  const masker = maskersOf(source, [
    rule('public.lofts/code', 'formatPreserving'),
    rule('public.notes/loft_code', 'formatPreserving'),
  ]);
  const [lofts, notes] = [masker('public.lofts', 'code'), masker('public.notes', 'loft_code')];
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z]{2}-?[A-Za-z0-9]{1,3}$/), (code) => {
      const masked = lofts(code);
      expect(notes(code)).toBe(masked);
      expect(masked.replace(/[A-Z]/g, 'A').replace(/[a-z]/g, 'a').replace(/\d/g, '0')).toBe(
        code.replace(/[A-Z]/g, 'A').replace(/[a-z]/g, 'a').replace(/\d/g, '0'),
      );
      expect(seen.get(masked.toLowerCase()) ?? code.toLowerCase()).toBe(code.toLowerCase());
      seen.set(masked.toLowerCase(), code.toLowerCase());
    }),
    RUNS,
  );
});

test('a document has what a unique column has: phones with what tells them apart, codes without regard to case', () => {
  const source = schema(
    table('public.people', {
      columns: [column('phone'), column('code')],
      uniqueKeys: [unique(['phone']), byLower('code')],
    }),
    table('public.notes', { columns: [column('document', { shape: scalar('jsonb') })] }),
    table('public.tags', { columns: [column('tags', { shape: scalar('hstore') })] }),
  );
  const masker = maskersOf(source, [
    rule('public.people/phone', 'phone'),
    rule('public.people/code', 'formatPreserving'),
    rule('public.notes/document', 'json', { paths: { code: 'formatPreserving' } }),
    rule('public.tags/tags', 'json', { paths: { code: 'formatPreserving' } }),
  ]);
  const [phones, codes] = [masker('public.people', 'phone'), masker('public.people', 'code')];
  const [documents, tags] = [masker('public.notes', 'document'), masker('public.tags', 'tags')];
  const phone = fc.stringMatching(/^(?:\+213|0) ?[5-7] ?\d{8}$/);
  fc.assert(
    fc.property(phone, fc.stringMatching(/^[A-Za-z]{2}-?[A-Za-z0-9]{1,3}$/), (phone, code) => {
      const masked = { phone: phones(phone), code: codes(code) };
      expect(JSON.parse(documents(JSON.stringify({ phone, code })))).toEqual(masked);
      expect(tags(`"phone"=>"${phone}", "code"=>"${code}"`)).toBe(
        `"phone"=>"${masked.phone}", "code"=>"${masked.code}"`,
      );
    }),
    RUNS,
  );
});

test('a domain in which one column is unique by case and another whatever the case is refused', () => {
  const source = schema(
    table('public.lofts', { columns: [column('code')], uniqueKeys: [byLower('code')] }),
    table('public.keys', { columns: [column('code')], unique: ['code'] }),
  );
  const rules = [rule('public.lofts/code', 'formatPreserving'), rule('public.keys/code', 'formatPreserving')];
  expect(decideColumns({ schema: source, rules, generators: [] }).problems).toEqual([
    expect.stringContaining('give one of them a domain of its own'),
  ]);
  const apart = [rules[0] as AnonymizationRule, { ...rules[1], domain: 'keys' } as AnonymizationRule];
  expect(decideColumns({ schema: source, rules: apart, generators: [] }).problems).toEqual([]);
});

test.each([
  ['lower((email)::text)', undefined],
  ['md5(lower(btrim(email)))', undefined],
  [`COALESCE(email, ''::text)`, undefined],
  [`COALESCE((email)::character varying, 'none'::character varying(4))`, undefined],
  ['(email)::public.citext', undefined],
  ['((email)::character varying(3))', 'its unique index on ((email)::character varying(3)) can take for equal'],
  ['lower((email)::"char")', 'its unique index on lower('],
  ['(email)::name', 'its unique index on (email)::name'],
  ['(email)::character(8)', 'its unique index on (email)::character(8)'],
  [`email COLLATE "C"`, undefined],
  ['substr(email, 1, 8)', 'its unique index on substr(email, 1, 8) can take for equal'],
  [`split_part(email, '@'::text, 2)`, 'its unique index on split_part('],
  ['(email || tenant)', 'its unique index on'],
])('a unique index on %s', (expression, problem) => {
  const source = schema(
    table('public.t', {
      columns: [column('email'), column('tenant', { shape: scalar('int4') })],
      uniqueKeys: [unique(['tenant', 'email'], { isExpression: true, expressions: [expression] })],
    }),
  );
  const { problems } = decideColumns({ schema: source, rules: [rule('public.t/email', 'email')], generators: [] });
  expect(problems).toEqual(problem ? [expect.stringContaining(problem)] : []);
});

test('proposals for one domain can be followed together: where case counts in one column and not in another, they get two', () => {
  const tokens = (label: string, key: UniqueKey) => table(label, { columns: [column('token')], uniqueKeys: [key] });
  const source = schema(
    tokens('public.sessions', unique(['token'])),
    tokens('public.devices', byLower('token')),
    table('public.links', { columns: [column('token')] }),
  );
  const { rules } = mergeProposals({ schema: source, rules: [] });
  const given = rules.map(({ tableName, anonymizationType, domain }) => [tableName, anonymizationType, domain]);
  expect(given).toEqual([
    ['public.sessions', 'token', undefined],
    ['public.devices', 'token', 'public.devices.token'],
    ['public.links', 'token', undefined],
  ]);
  expect(decideColumns({ schema: source, rules, generators: [] }).problems).toEqual([]);

  const [sessions] = rules;
  const { added } = mergeProposals({ schema: source, rules: sessions ? [sessions] : [] });
  expect(added.map(({ domain }) => domain)).toEqual(['public.devices.token', undefined]);
});
