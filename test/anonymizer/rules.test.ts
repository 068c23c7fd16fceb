import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Financial } from '../../contracts/anonymization.js';
import { decideColumns } from '../../engine/anonymizer/decide-columns.js';
import { mergeProposals } from '../../engine/anonymizer/merge-proposals.js';
import { proposeRules } from '../../engine/anonymizer/propose-rules.js';
import { readRulesFile, writeRules } from '../../engine/anonymizer/rules-file.js';
import { column, reference, scalar, schema, table } from './builders.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'envclone-rules-'));
});
afterAll(() => rm(directory, { recursive: true }));

const rules = [
  { tableName: 'public.users', columnName: 'phone', anonymizationType: 'phone' as const },
  {
    tableName: 'public.users',
    columnName: 'meta',
    anonymizationType: 'json' as const,
    paths: { '**.mail': 'email' as const },
  },
  {
    tableName: 'audit.logs',
    columnName: 'note',
    anonymizationType: 'constant' as const,
    value: 'é "x"',
    reason: 'ask Legal',
  },
];

test('rules are written one a line in a fixed order, and read back equal', async () => {
  const path = join(directory, 'round.json');
  await writeRules(path, { rules });
  const text = await readFile(path, 'utf8');
  expect(
    text
      .split('\n')
      .slice(2, 5)
      .map((line) => /"tableName": "([^"]+)", "columnName": "([^"]+)"/.exec(line)?.slice(1).join('.')),
  ).toEqual(['audit.logs.note', 'public.users.meta', 'public.users.phone']);
  const { rules: back } = await readRulesFile(path);
  expect(back).toEqual([rules[2], rules[1], rules[0]]);
  await writeRules(path, { rules: back });
  expect(await readFile(path, 'utf8')).toBe(text);
  expect(await readdir(directory)).toEqual(['round.json']);
});

test('the reference to a JSON schema survives writing', async () => {
  const path = join(directory, 'schema.json');
  await writeFile(path, '{ "$schema": "https://test.local/s.json", "rules": [] }');
  await writeRules(path, { rules: [] });
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ $schema: 'https://test.local/s.json', rules: [] });
});

test('what is asked for of money survives writing, and mistakes in it have their places', async () => {
  const path = join(directory, 'money.json');
  const financial = { preserveAmountRanges: true, keepTransactionRelationships: false };
  await writeRules(path, { rules: [], financial });
  expect(await readRulesFile(path)).toMatchObject({ financial });
  await writeFile(
    path,
    JSON.stringify({ financial: { preserveAmounts: true, anonymizeAccountNumbers: 'no' }, rules: [] }),
  );
  const reading = readRulesFile(path);
  await expect(reading).rejects.toThrow('money.json: financial.anonymizeAccountNumbers');
  await expect(reading).rejects.toThrow('preserveAmounts');
});

test('account and card numbers stay where the file says so, and are masked otherwise', () => {
  const payments = table('public.payments', { columns: [column('iban'), column('card_number')] });
  const typesOf = (financial: Financial) =>
    mergeProposals({ schema: schema(payments), rules: [], financial }).added.map((rule) => rule.anonymizationType);
  expect(typesOf({})).toEqual(['accountNumber', 'cardNumber']);
  expect(typesOf({ anonymizeAccountNumbers: true })).toEqual(['accountNumber', 'cardNumber']);
  expect(typesOf({ anonymizeAccountNumbers: false })).toEqual(['keep', 'keep']);
});

test('a file that does not exist holds no rules', async () => {
  expect(await readRulesFile(join(directory, 'absent.json'))).toEqual({
    rules: [],
    emptyTables: [],
    keepRows: [],
    accept: [],
  });
});

test('all mistakes of a file are listed with their places', async () => {
  const path = join(directory, 'wrong.json');
  await writeFile(
    path,
    JSON.stringify({
      rules: [
        { tableName: 'a', columnName: 'b', anonymizationType: 'emial' },
        { ...rules[0], value: 'x', surprise: 1 },
        { ...rules[0], anonymizationType: 'custom' },
      ],
    }),
  );
  const reading = readRulesFile(path);
  await expect(reading).rejects.toMatchObject({ code: 'RULE_INVALID' });
  for (const place of ['wrong.json: rules[0].anonymizationType', 'rules[1]', 'surprise', 'rules[2].customGenerator'])
    await expect(reading).rejects.toThrow(place);
});

test.each(['{', '[]', '{}', '{"rules": [], "rule": 1}'])('%s is not a rules file', async (content) => {
  const path = join(directory, 'broken.json');
  await writeFile(path, content);
  await expect(readRulesFile(path)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
});

test.each([
  ['public.users', 'email', 'email'],
  ['public.users', 'Courriel', 'email'],
  ['public.users', 'e_mail', 'email'],
  ['public.guests', 'email', 'guestEmail'],
  ['public.reservations', 'guest_email', 'guestEmail'],
  ['public.reservations', 'guest_name', 'guestName'],
  ['public.reservations', 'guestPhone', 'phone'],
  ['public.users', 'nom', 'name'],
  ['public.profiles', 'prénom', 'firstName'],
  ['public.profiles', 'lastName', 'lastName'],
  ['public.profiles', 'full_name', 'name'],
  ['public.lofts', 'nom_proprietaire', 'name'],
  ['public.profiles', 'numero_telephone', 'phone'],
  ['public.profiles', 'tel', 'phone'],
  ['public.lofts', 'adresse', 'address'],
  ['public.lofts', 'address_line1', 'address'],
  ['public.payments', 'iban', 'accountNumber'],
  ['public.payments', 'account_number', 'accountNumber'],
  ['public.messages', 'body', 'text'],
  ['public.lofts', 'description', 'text'],
  ['public.users', 'encrypted_password', 'token'],
  ['public.users', 'recovery_token', 'token'],
  ['public.payments', 'currency', 'keep'],
  ['public.payments', 'status', 'keep'],
  ['audit.logs', 'table_name', 'keep'],
  ['public.sessions', 'user_agent', 'null'],
  ['public.profiles', 'avatar_url', 'url'],
])('%s.%s is proposed as %s of certain or likely confidence', (label, name, type) => {
  const [proposal] = proposeRules(schema(table(label, { columns: [column(name)] })));
  expect(proposal?.rule).toMatchObject({ anonymizationType: type });
  expect(proposal?.confidence).not.toBe('none');
});

test.each([
  ['public.lofts', 'name'],
  ['public.things', 'x1'],
])('%s.%s says nothing: a person decides', (label, name) => {
  expect(proposeRules(schema(table(label, { columns: [column(name)] })))[0]?.confidence).toBe('none');
});

test('what a type holds decides before its name', () => {
  const columns = [
    column('raw_user_meta_data', { shape: scalar('jsonb') }),
    column('search', { shape: scalar('tsvector') }),
    column('ip', { shape: scalar('inet'), isNotNull: true }),
    column('date_of_birth', { shape: scalar('date') }),
    column('created_at', { shape: scalar('timestamptz') }),
  ];
  expect(proposeRules(schema(table('public.t', { columns }))).map(({ rule }) => rule.anonymizationType)).toEqual([
    'json',
    'empty',
    'ip',
    'birthDate',
  ]);
});

const typesOf = (columns: ReturnType<typeof column>[], more: Parameters<typeof table>[1] = {}) =>
  Object.fromEntries(
    proposeRules(schema(table('public.t', { columns, ...more }))).map(({ rule }) => [
      rule.columnName,
      rule.anonymizationType,
    ]),
  );

test('long numbers of people and places on the map are proposed by name, and counts, flags and dates are not', () => {
  const columns = [
    column('phone', { shape: scalar('int8') }),
    column('card_number', { shape: scalar('numeric') }),
    column('nin', { shape: scalar('int8') }),
    column('latitude', { shape: scalar('float8') }),
    column('longitude', { shape: scalar('numeric') }),
    column('gps', { shape: scalar('point') }),
    column('coordinates', { shape: scalar('text') }),
    column('mobile', { shape: scalar('int4') }),
    column('tokens', { shape: scalar('int8') }),
    column('phone_count', { shape: scalar('int8') }),
    column('is_email', { shape: scalar('bool') }),
    column('phone_verified_at', { shape: scalar('timestamptz') }),
    column('email', { shape: { kind: 'enum', labels: ['work', 'home'] } }),
    column('geo', { shape: scalar('point'), isNotNull: true }),
  ];
  expect(typesOf(columns)).toEqual({
    phone: 'phone',
    card_number: 'accountNumber',
    nin: 'accountNumber',
    latitude: 'amount',
    longitude: 'amount',
    gps: 'null',
    coordinates: 'amount',
  });
});

test('a number that leads to another table is not judged by its name', () => {
  const columns = [column('card', { shape: scalar('int8') }), column('phone', { shape: scalar('int8') })];
  const foreignKeys = [reference('phone', 'public.phones', 'number')];
  expect(typesOf([...columns, column('passport', { shape: scalar('int8') })], { foreignKeys })).toEqual({
    passport: 'accountNumber',
  });
});

test('a proposal always fits its column', () => {
  const t = table('public.t', {
    columns: [column('email', { maxLength: 20 }), column('user_agent', { isNotNull: true })],
    unique: ['email', 'user_agent'],
  });
  const proposed = proposeRules(schema(t)).map(({ rule }) => rule);
  expect(proposed.map((rule) => rule.anonymizationType)).toEqual(['mask', 'mask']);
  expect(decideColumns({ schema: schema(t), rules: proposed, generators: [] }).problems).toEqual([]);
});

const shop = schema(
  table('public.users', {
    columns: [
      column('email', { isNotNull: true }),
      column('x1'),
      column('spot', { shape: scalar('geometry'), isNotNull: true }),
      column('started', { shape: scalar('date') }),
      column('birth_date', { shape: scalar('date') }),
    ],
    unique: ['email'],
  }),
  table('public.logins', {
    columns: [column('user_ref')],
    foreignKeys: [reference('user_ref', 'public.users', 'email')],
  }),
);

test('merging makes the decisions that can be made and leaves the others', () => {
  const { added, remaining } = mergeProposals({ schema: shop, rules: [] });
  expect(added.map(({ columnName, anonymizationType }) => [columnName, anonymizationType])).toEqual([
    ['email', 'email'],
    ['birth_date', 'birthDate'],
  ]);
  expect(remaining.map(({ column: name }) => name)).toEqual(['x1', 'spot']);
  expect(added.every(({ reason }) => reason)).toBe(true);
});

test('--undecided keep decides everything, --undecided mask masks what can be masked, and both say so in the reason', () => {
  const kept = mergeProposals({ schema: shop, rules: [], undecided: 'keep' });
  expect(kept.remaining).toEqual([]);
  expect(kept.added.find(({ columnName }) => columnName === 'x1')).toMatchObject({
    anonymizationType: 'keep',
    reason: expect.stringContaining('--undecided keep'),
  });
  const masked = mergeProposals({ schema: shop, rules: [], undecided: 'mask' });
  expect(masked.added.find(({ columnName }) => columnName === 'x1')).toMatchObject({
    anonymizationType: 'mask',
    reason: expect.stringContaining('--undecided mask'),
  });
  expect(masked.remaining).toEqual([]);
  expect(masked.added.find(({ columnName }) => columnName === 'spot')).toMatchObject({
    anonymizationType: 'keep',
    reason: expect.stringContaining('no rule can mask spot'),
  });
  expect(decideColumns({ schema: shop, rules: kept.rules, generators: [] })).toMatchObject({
    undecided: [],
    problems: [],
  });
});

test('merging keeps every rule that is there, and merging again adds nothing', () => {
  const given = [{ tableName: 'users', columnName: 'email', anonymizationType: 'keep' as const }];
  const once = mergeProposals({ schema: shop, rules: given, undecided: 'keep' });
  expect(once.rules[0]).toEqual(given[0]);
  expect(mergeProposals({ schema: shop, rules: once.rules, undecided: 'keep' }).added).toEqual([]);
});
