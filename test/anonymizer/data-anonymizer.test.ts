import { expect, test } from 'vitest';
import { createDataAnonymizer } from '../../engine/anonymizer/data-anonymizer.js';
import { createTableReport } from '../../engine/anonymizer/table-report.js';
import { columnRule, KEY, maskerOf, reference, scalar, tablePlan } from './builders.js';

const text = scalar('text');

test('equal values of one domain stay equal in every table', () => {
  const anonymizer = createDataAnonymizer({ key: KEY });
  const users = tablePlan([{ name: 'email', shape: text, rule: columnRule('email') }], 'users');
  const profiles = tablePlan(
    [
      { name: 'id', shape: scalar('int4') },
      { name: 'contact', shape: scalar('varchar'), rule: columnRule('email', { isUnique: true, maxLength: 255 }) },
    ],
    'profiles',
  );
  const [[masked] = []] = anonymizer.anonymizeTable(users, [['a@x.dz'], [null]]);
  expect(anonymizer.anonymizeTable(profiles, [['1', 'a@x.dz']])).toEqual([['1', masked]]);
});

test('domains are keyed apart', () => {
  expect(maskerOf('email', { domain: 'a' })('a@x.dz')).not.toBe(maskerOf('email', { domain: 'b' })('a@x.dz'));
});

test('columns that are kept or have no rule pass', () => {
  const { columns } = createDataAnonymizer({ key: KEY }).compile(
    tablePlan([
      { name: 'a', shape: text },
      { name: 'b', shape: text, rule: columnRule('keep') },
    ]),
  );
  expect(columns).toEqual([undefined, undefined]);
});

test('null, constant and empty need nothing of the value', () => {
  expect(maskerOf('null')('a')).toBeNull();
  expect(maskerOf('constant', { value: 'c' })('a')).toBe('c');
  expect(maskerOf('empty')('a')).toBe('');
  expect(maskerOf('empty', { shape: scalar('jsonb') })('[1]')).toBe('[]');
  expect(maskerOf('empty', { shape: scalar('bytea') })('\\x00')).toBe('\\x');
});

test('a raw clone never asks for the key', () => {
  const anonymizer = createDataAnonymizer({
    key: () => {
      throw new Error('asked');
    },
  });
  const plan = (rule: ReturnType<typeof columnRule>) => tablePlan([{ name: 'a', shape: text, rule }]);
  expect(() => anonymizer.compile(plan(columnRule('keep')))).not.toThrow();
  expect(() => anonymizer.compile(plan(columnRule('email')))).toThrow('asked');
});

test('a custom generator gets the value, its hash and a faker seeded by it', () => {
  const generators = {
    plate: (
      value: string,
      {
        hash,
        faker,
        table,
        column,
      }: { hash(n?: number): string; faker: { vehicle: { vrm(): string } }; table: string; column: string },
    ) => (value === 'none' ? null : [table, column, hash(4), faker.vehicle.vrm()].join('/')),
  };
  const [masker, again] = [1, 2].map(() => maskerOf('custom', { generator: 'plate', generators }));
  expect(masker?.('16-123')).toMatch(/^public\.t\/c\/[0-9a-z]{4}\/[A-Z0-9]+$/);
  expect([masker?.('16-124'), masker?.('16-123')]).toEqual([again?.('16-124'), again?.('16-123')]);
  expect(masker?.('none')).toBeNull();
});

test.each([
  [
    'threw TypeError',
    () => {
      throw new TypeError('bad value sesame');
    },
  ],
  ['neither a string nor null', () => undefined as unknown as string],
  ['more than the 3 characters', () => 'long'],
  ['NUL', () => 'a\0'],
])('a custom generator that failed (%s) is named with its column, without the value', (what, generator) => {
  const masker = maskerOf('custom', { generator: 'bad', generators: { bad: generator }, maxLength: 3 });
  expect(() => masker('sesame')).toThrow(expect.objectContaining({ code: 'GENERATOR_FAILED' }));
  expect(() => masker('sesame')).toThrow(new RegExp(`generator bad for column c of public\\.t .*${what}`));
  expect(() => masker('sesame')).not.toThrow('sesame');
});

test('a custom generator that failed is named with the key of its row', () => {
  const generators = {
    bad: () => {
      throw new Error('sesame');
    },
  };
  const anonymizer = createDataAnonymizer({ key: KEY, generators });
  const plan = tablePlan([
    { name: 'id', shape: scalar('int8') },
    { name: 'c', shape: scalar('text'), rule: columnRule('custom', { generator: 'bad' }) },
  ]);
  const masking = () => anonymizer.anonymizeTable({ ...plan, rowKey: ['id'] }, [['7', 'sesame']]);
  expect(masking).toThrow('generator bad for column c of public.t (id 7) threw Error');
  expect(() => anonymizer.anonymizeTable(plan, [['7', 'sesame']])).toThrow('column c of public.t threw Error');
});

test('the random numbers of a custom generator are the same for the same value, and others for another', () => {
  const generators = { dice: (_: string, { random }: { random(): number }) => `${random()} ${random()}` };
  const masker = maskerOf('custom', { generator: 'dice', generators });
  const [one = '', again, other] = ['a', 'a', 'b'].map((value) => masker?.(value) ?? '');
  expect(again).toBe(one);
  expect(other).not.toBe(one);
  expect(
    one
      .split(' ')
      .map(Number)
      .every((number) => number >= 0 && number < 1),
  ).toBe(true);
  expect(new Set(one.split(' ')).size).toBe(2);
});

test('a generator that the configuration does not have is refused before any value', () => {
  expect(() => maskerOf('custom', { generator: 'absent' })).toThrow(expect.objectContaining({ code: 'RULE_INVALID' }));
});

test('generated data is the same as in a column of the family', () => {
  const anonymizer = createDataAnonymizer({ key: KEY });
  expect(anonymizer.generateFakeData('email', 'a@x.dz')).toBe(maskerOf('email')('a@x.dz'));
  expect(() => anonymizer.generateFakeData('null', 'a')).toThrow(expect.objectContaining({ code: 'RULE_INVALID' }));
});

test('related rows keep their references, and rules that would break one are refused', () => {
  const anonymizer = createDataAnonymizer({ key: KEY });
  const parent = {
    plan: tablePlan([{ name: 'email', shape: text, rule: columnRule('email', { isUnique: true }) }], 'users'),
    rows: [['a@x.dz']],
    foreignKeys: [],
  };
  const childOf = (rule: ReturnType<typeof columnRule>) => ({
    plan: tablePlan([{ name: 'user_email', shape: text, rule }], 'logins'),
    rows: [['a@x.dz'], [null]],
    foreignKeys: [reference('user_email', 'public.users', 'email')],
  });
  const [users, logins] = anonymizer.preserveRelationships({
    tables: [parent, childOf(columnRule('email', { isUnique: true }))],
  }).tables;
  expect(logins?.rows).toEqual([users?.rows[0], [null]]);
  expect(() => anonymizer.preserveRelationships({ tables: [parent, childOf(columnRule('mask'))] })).toThrow(
    expect.objectContaining({ code: 'RULE_INVALID' }),
  );
});

test('the report counts what the copy counted', () => {
  const plan = tablePlan([
    { name: 'id', shape: scalar('int4') },
    { name: 'email', shape: text, rule: columnRule('email') },
    { name: 'token', shape: text, rule: columnRule('null') },
  ]);
  const report = createTableReport({
    table: plan,
    totals: { keptRows: 0, rows: 10, maskedValues: { email: 8, token: 3 } },
    preservedRelationships: 2,
    distinct: { before: (name) => (name === 'email' ? 7 : undefined), after: () => 6 },
  });
  expect(report).toEqual({
    tableName: 'public.t',
    originalRecords: 10,
    anonymizedRecords: 8,
    anonymizedFields: ['email', 'token'],
    preservedRelationships: 2,
    generatedFakeData: 8,
    columns: [
      { name: 'email', type: 'email', nulls: 2, distinctBefore: 7, distinctAfter: 6 },
      { name: 'token', type: 'null', nulls: 7, distinctAfter: 6 },
    ],
  });
});
