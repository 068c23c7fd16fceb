import { expect, test } from 'vitest';
import type { AnonymizationRule, AnonymizationType } from '../../contracts/anonymization.js';
import type { SchemaDefinition } from '../../contracts/schema.js';
import { decideColumns } from '../../engine/anonymizer/decide-columns.js';
import { column, reference, scalar, schema, table } from './builders.js';

const users = table('public.users', {
  columns: [
    column('id', { shape: scalar('uuid') }),
    column('email'),
    column('full_name'),
    column('status', { shape: { kind: 'enum', labels: ['a'] } }),
  ],
  unique: ['email'],
});

function rule(
  tableName: string,
  columnName: string,
  anonymizationType: AnonymizationType,
  rest: Partial<AnonymizationRule> = {},
) {
  return { tableName, columnName, anonymizationType, ...rest };
}

function decide(definition: SchemaDefinition, rules: AnonymizationRule[], overlay: AnonymizationRule[] = []) {
  return decideColumns({ schema: definition, rules, overlay, generators: ['plate'] });
}

test('text-like columns without a rule are undecided, each with a proposal; enums, identifiers and numbers are not', () => {
  const { undecided } = decide(schema(users), []);
  expect(undecided.map(({ column: name, proposal }) => [name, proposal.rule.anonymizationType])).toEqual([
    ['email', 'email'],
    ['full_name', 'name'],
  ]);
});

test('types that nobody knows need a decision', () => {
  const places = table('public.places', {
    columns: [column('spot', { shape: scalar('geometry') }), column('ip', { shape: scalar('inet') })],
  });
  expect(decide(schema(places), []).undecided.map(({ column: name }) => name)).toEqual(['spot', 'ip']);
});

test('a rule knows its column: unique, domain, length', () => {
  const narrow = table('public.users', { columns: [column('email', { maxLength: 40 })], unique: ['email'] });
  expect(
    decide(schema(narrow), [rule('users', 'email', 'email')])
      .rules.get('public.users')
      ?.get('email'),
  ).toEqual({
    type: 'email',
    domain: 'email',
    isUnique: true,
    preserveFormat: false,
    maxLength: 40,
  });
});

test('a kept column is decided and has no rule in the plan', () => {
  const { rules, undecided } = decide(schema(users), [
    rule('public.users', 'email', 'keep'),
    rule('public.users', 'full_name', 'keep'),
  ]);
  expect([rules.size, undecided]).toEqual([0, []]);
});

test('a rule of the run comes before the rule of the file', () => {
  const { rules } = decide(
    schema(users),
    [rule('public.users', 'email', 'keep')],
    [rule('public.users', 'email', 'mask')],
  );
  expect(rules.get('public.users')?.get('email')?.type).toBe('mask');
});

test('rules for what does not exist are problems that name the nearest', () => {
  const { problems } = decide(schema(users), [
    rule('public.user', 'email', 'email'),
    rule('public.users', 'emial', 'email'),
  ]);
  expect(problems).toEqual([
    expect.stringContaining('there is no table public.user; did you mean public.users?'),
    expect.stringContaining('there is no column emial in public.users; did you mean email?'),
  ]);
});

test.each([
  [rule('public.t', 'code', 'email'), 'a unique email needs at least 26 characters, and it has 20'],
  [rule('public.t', 'code', 'constant', { value: 'x' }), 'equal'],
  [rule('public.t', 'code', 'null'), 'NOT NULL'],
  [rule('public.t', 'code', 'custom', { customGenerator: 'absent' }), 'no generator absent'],
  [rule('public.t', 'level', 'email'), 'email cannot mask enum'],
  [rule('public.t', 'spot', 'mask'), 'mask cannot mask geometry'],
  [rule('public.t', 'doubled', 'mask'), 'is generated'],
  [rule('public.t', 'code', 'email', { value: 'x' }), 'email takes no value'],
])('%o is a problem', (given, message) => {
  const t = table('public.t', {
    columns: [
      column('code', { maxLength: 20, isNotNull: true }),
      column('level', { shape: { kind: 'enum', labels: ['a'] } }),
      column('spot', { shape: scalar('geometry') }),
      column('doubled', { generated: 'stored' }),
    ],
    unique: ['code'],
  });
  expect(decide(schema(t), [given]).problems).toEqual([expect.stringContaining(message)]);
});

test('a referencing column gets the rule of the one it references, unique form included', () => {
  const logins = table('public.logins', {
    columns: [column('user_email')],
    foreignKeys: [reference('user_email', 'public.users', 'email')],
  });
  const { rules, undecided } = decide(schema(logins, users), [
    rule('public.users', 'email', 'email'),
    rule('public.users', 'full_name', 'keep'),
  ]);
  expect(rules.get('public.logins')?.get('user_email')).toEqual(rules.get('public.users')?.get('email'));
  expect(undecided).toEqual([]);
});

test('a rule on the referencing side alone reaches the referenced one, and a contrary one is a problem', () => {
  const logins = table('public.logins', {
    columns: [column('user_email')],
    foreignKeys: [reference('user_email', 'public.users', 'email')],
  });
  expect(
    decide(schema(logins, users), [rule('public.logins', 'user_email', 'email')])
      .rules.get('public.users')
      ?.has('email'),
  ).toBe(true);
  const both = [rule('public.logins', 'user_email', 'mask'), rule('public.users', 'email', 'email')];
  expect(decide(schema(logins, users), both).problems).toEqual([expect.stringContaining('tied by a foreign key')]);
});

test('a rule of the root holds for its partitions, and a partition takes none of its own', () => {
  const events = table('public.events', { kind: 'partitioned', columns: [column('note')] });
  const part = table('public.events_2024', {
    columns: [column('note')],
    partitionOf: { schema: 'public', name: 'events' },
  });
  expect(decide(schema(events, part), []).undecided).toHaveLength(1);
  const { rules } = decide(schema(events, part), [rule('public.events', 'note', 'text')]);
  expect(rules.get('public.events_2024')).toEqual(rules.get('public.events'));
  expect(decide(schema(events, part), [rule('public.events_2024', 'note', 'text')]).problems).toEqual([
    expect.stringContaining('give the rule to public.events'),
  ]);
});

test('a key of one partition makes the column of the root unique', () => {
  const events = table('public.events', { kind: 'partitioned', columns: [column('note')] });
  const part = table('public.events_2024', {
    columns: [column('note')],
    partitionOf: { schema: 'public', name: 'events' },
    unique: ['note'],
  });
  expect(
    decide(schema(events, part), [rule('public.events', 'note', 'text')])
      .rules.get('public.events')
      ?.get('note')?.isUnique,
  ).toBe(true);
});

test('one unique column makes its domain unique, except for names, which get a domain of their own', () => {
  const a = table('public.a', { columns: [column('phone'), column('name')], unique: ['phone', 'name'] });
  const b = table('public.b', { columns: [column('phone'), column('name')] });
  const { rules } = decide(
    schema(a, b),
    ['a', 'b'].flatMap((name) => [rule(name, 'phone', 'phone'), rule(name, 'name', 'name')]),
  );
  const [ofA, ofB] = [rules.get('public.a'), rules.get('public.b')];
  expect(ofB?.get('phone')).toEqual(ofA?.get('phone'));
  expect([ofA?.get('name')?.domain, ofB?.get('name')?.domain, ofB?.get('name')?.isUnique]).toEqual([
    'name/unique',
    'name',
    false,
  ]);
});

test('rows that are never copied need no decision', () => {
  const foreign = table('public.remote', { kind: 'foreign', columns: [column('note')] });
  const extension = table('public.spatial', { extension: 'postgis', columns: [column('note')] });
  const generated = table('public.g', { columns: [column('note', { generated: 'stored' })] });
  expect(decide(schema(foreign, extension, generated), []).undecided).toEqual([]);
});
