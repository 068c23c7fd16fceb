import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnonymizationRule, AnonymizationType } from '../../contracts/anonymization.js';
import { ruleSchema } from '../../engine/anonymizer/rule-schema.js';
import { type Desk, openDesk } from '../../worker/desk.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { MASK_KEY } from '../support/mask-key.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'envclone-check-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** A desk on a source, an empty target, and rules as people wrote them. */
async function deskOf(source: TestDatabase, rules: unknown[], target = source): Promise<Desk> {
  const config = { environments: { staging: { type: 'test' }, test: { type: 'test' } } };
  await writeFile(join(directory, 'envclone.config.json'), JSON.stringify(config));
  await writeFile(join(directory, '.env.staging'), `DATABASE_URL='${source.url}'\n`);
  await writeFile(join(directory, '.env.test'), `DATABASE_URL='${target.url}'\nENVCLONE_MASK_KEY='${MASK_KEY}'\n`);
  await writeFile(join(directory, 'envclone.rules.json'), JSON.stringify({ rules }));
  return openDesk(directory);
}

function rule(place: string, anonymizationType: AnonymizationType, rest: Partial<AnonymizationRule> = {}) {
  const [tableName = '', columnName = ''] = place.split('.');
  return { tableName, columnName, anonymizationType, ...rest };
}

const PEOPLE = `
  create table people (
    id int primary key, email text unique, code varchar(8) unique, phone text, level int,
    loud text generated always as (upper(phone)) stored);
  create table visits (person_email text references people (email), note varchar(5));
  insert into people (id, code) select n, n from generate_series(1, 500) n;
  analyze people;`;
const DEVICES = `
  create table devices (id int primary key, tenant int, label text, nick text, short varchar(20), born date);
  create unique index on devices (tenant, lower(label)) where id > 0; create unique index on devices (substr(nick, 1, 3));`;
const DEVICES_FITTING = [rule('devices.label', 'mask'), rule('devices.nick', 'keep'), rule('devices.short', 'keep')];
const FITTING = [
  rule('people.email', 'email'),
  rule('people.code', 'accountNumber'),
  rule('people.phone', 'phone'),
  rule('visits.note', 'keep'),
];

function instead(...rules: ReturnType<typeof rule>[]) {
  const replaced = new Set(rules.map(({ tableName, columnName }) => `${tableName}.${columnName}`));
  return [
    ...[...FITTING, ...DEVICES_FITTING].filter(
      ({ tableName, columnName }) => !replaced.has(`${tableName}.${columnName}`),
    ),
    ...rules,
  ];
}

describe.each([13, 17] as const)('PostgreSQL %i', (major) => {
  let people: TestDatabase;
  beforeAll(async () => {
    people = await createDatabase({ major, sql: PEOPLE + DEVICES });
  });
  afterAll(() => people[Symbol.asyncDispose]());

  test('rules that fit have no problem', async () => {
    const desk = await deskOf(people, instead());
    expect(await desk.checkRules('staging')).toEqual({ problems: [], undecided: [] });
  });

  test.each([
    ['a table that is not there', rule('peeple.email', 'email'), 'there is no table peeple; did you mean people?'],
    ['a column that is not there', rule('people.emial', 'email'), 'there is no column emial in public.people'],
    ['a type that the generator cannot make', rule('people.level', 'email'), 'email cannot mask integer'],
    [
      'a constant that does not fit',
      rule('visits.note', 'constant', { value: 'sixsix' }),
      'more than the 5 characters',
    ],
    ['a generated column', rule('people.loud', 'mask'), 'column loud of public.people is generated'],
    [
      'other domains on one foreign key',
      rule('visits.person_email', 'email', { domain: 'visits' }),
      'in domain visits) are tied',
    ],
    [
      'one masked and one kept on one foreign key',
      rule('visits.person_email', 'keep'),
      '(email) and column person_email of visits (keep)',
    ],
    [
      'no room for different values',
      rule('people.code', 'mask'),
      'at least 11 characters, and it has 8: 1,099,511,627,776 values for about 500 rows',
    ],
    [
      'no room beside the rest of the value',
      rule('people.code', 'email'),
      'a unique email needs at least 26 characters, and it has 8: 1,099,511,627,776 values for about 500 rows',
    ],
    [
      'an e-mail in a column that is too short',
      rule('devices.short', 'email'),
      'email needs at least 26 characters, and it has 20',
    ],
    [
      'a uuid in a column that is too short',
      rule('devices.short', 'uuid'),
      'uuid needs at least 36 characters, and it has 20',
    ],
    [
      'a password hash in a column that is too short',
      rule('devices.short', 'passwordHash'),
      'at least 60 characters, and it has 20',
    ],
    [
      'one value for all in a column that is unique with others',
      rule('devices.label', 'constant', { value: 'x' }),
      'would make every value of a unique column equal',
    ],
    [
      'a generator that keeps no values different in a column of a partial unique index on an expression',
      rule('devices.label', 'ip'),
      'ip does not keep the values of a unique column different',
    ],
    [
      'a unique index on an expression that masking cannot keep different',
      rule('devices.nick', 'username'),
      'its unique index on substr(nick, 1, 3) can take for equal what username keeps different',
    ],
    ['an order that no mask keeps', rule('devices.born', 'email'), 'email cannot mask date'],
    [
      'a generator that is not there',
      rule('people.phone', 'custom', { customGenerator: 'plate' }),
      'no generator plate',
    ],
  ])('%s is a problem', async (_, mistake, message) => {
    const desk = await deskOf(people, instead(mistake));
    expect((await desk.checkRules('staging')).problems).toEqual([expect.stringContaining(message)]);
  });

  test('all mistakes are found at once, by the check and by the plan of a clone', async () => {
    await using target = await createDatabase({ major });
    const mistakes = [rule('peeple.x', 'email'), rule('people.code', 'mask'), rule('visits.person_email', 'keep')];
    const desk = await deskOf(
      people,
      instead(...mistakes).filter(({ columnName }) => columnName !== 'phone'),
      target,
    );
    const { problems, undecided } = await desk.checkRules('staging');
    expect(problems).toHaveLength(3);
    expect(undecided.map(({ column }) => column)).toEqual(['phone']);
    const refusal = desk.plan({ source: 'staging', target: 'test', confirm: 'test' });
    await expect(refusal).rejects.toMatchObject({ code: 'RULE_INVALID', details: { problems } });
    await expect(refusal).rejects.toThrow('public.people.phone (text): proposed phone');
  });
});

test('rows that outnumber what a short column can tell apart are a problem', async () => {
  await using many = await createDatabase({
    sql: `create table t (code varchar(11) primary key); update pg_class set reltuples = 1e9 where relname = 't'`,
  });
  const { problems } = await (await deskOf(many, [rule('t.code', 'mask')])).checkRules('staging');
  expect(problems).toEqual([
    expect.stringContaining(
      'at least 13 characters, and it has 11: 36,028,797,018,963,970 values for about 1,000,000,000 rows',
    ),
  ]);
});

test('mistakes of form are listed with their places beside everything else; the check writes nothing', async () => {
  await using people = await createDatabase({ sql: PEOPLE });
  const desk = await deskOf(people, [
    { ...rule('people.email', 'email'), anonymizationType: 'emial' },
    rule('visits.note', 'keep', { value: 'x' }),
    rule('peeple.x', 'email'),
    rule('people.code', 'mask'),
  ]);
  const before = await readFile(join(directory, 'envclone.rules.json'), 'utf8');
  const { problems, undecided } = await desk.checkRules('staging');
  expect(problems).toEqual([
    expect.stringContaining('rules[0].anonymizationType'),
    expect.stringContaining('rules[1].value: keep takes no value'),
    expect.stringContaining('there is no table peeple'),
    expect.stringContaining('it has 8'),
  ]);
  expect(undecided.map(({ column }) => column)).toEqual(['email', 'person_email', 'phone', 'note']);
  await expect(desk.rules('staging', { write: true })).rejects.toMatchObject({ code: 'RULE_INVALID' });
  expect(await readFile(join(directory, 'envclone.rules.json'), 'utf8')).toBe(before);
});

test('one run lists mistakes of form, of names and of fit', async () => {
  await using people = await createDatabase({ sql: PEOPLE });
  const desk = await deskOf(people, [
    { ...rule('people.email', 'email'), surprise: 1 },
    rule('people.id', 'constant'),
    rule('peeple.x', 'email'),
    rule('people.emial', 'email'),
    rule('people.loud', 'mask'),
    rule('people.code', 'mask'),
    rule('people.level', 'email'),
    rule('people.phone', 'custom', { customGenerator: 'plate' }),
    rule('people.email', 'email'),
    rule('visits.person_email', 'email', { domain: 'visits' }),
  ]);
  const { problems, undecided } = await desk.checkRules('staging');
  const kinds = [
    'surprise',
    'constant needs a value',
    'no table peeple; did you mean people?',
    'no column emial',
    'is generated',
    'values for about 500 rows',
    'email cannot mask integer',
    'no generator plate',
    'in domain visits) are tied',
  ];
  for (const kind of kinds) expect(problems).toContainEqual(expect.stringContaining(kind));
  expect(problems).toHaveLength(kinds.length);
  expect(undecided.map(({ column }) => column)).toEqual(['note']);
});

test('writing keeps every rule as it was, in every field, beside the new ones', async () => {
  await using people = await createDatabase({ sql: PEOPLE });
  const edited = [
    rule('people.phone', 'custom', {
      customGenerator: 'plate',
      preserveFormat: true,
      domain: 'mine',
      reads: ['email', 'note'],
      reason: 'ask "Legal"',
    }),
    rule('people.email', 'json', { paths: { 'b.z': 'email', 'a.**': 'keep', '**': 'mask' }, reason: 'order decides' }),
    rule('people.code', 'constant', { value: 'é' }),
    rule('people.level', 'amount', { relatedBy: 'id', currencyColumn: 'code' }),
    rule('visits.person_email', 'reference', { typeColumn: 'note', references: { person: 'people.email' } }),
    rule('gone.since', 'keep', { reason: 'the table comes back' }),
  ];
  const desk = await deskOf(people, edited);
  const { added } = await desk.rules('staging', { write: true });
  const text = await readFile(join(directory, 'envclone.rules.json'), 'utf8');
  const { rules } = JSON.parse(text) as { rules: AnonymizationRule[] };
  expect(added.map(({ columnName }) => columnName)).toEqual(['note']);
  for (const each of edited) expect(rules).toContainEqual(each);
  expect(Object.keys(rules.find(({ paths }) => paths)?.paths ?? {})).toEqual(['b.z', 'a.**', '**']);
  expect(new Set(edited.flatMap((each) => Object.keys(each)))).toEqual(new Set(Object.keys(ruleSchema.shape)));
  await desk.rules('staging', { write: true });
  expect(await readFile(join(directory, 'envclone.rules.json'), 'utf8')).toBe(text);
});

test('a column that appears after the review stops the next clone before anything is touched, by name and with a proposal', async () => {
  await using people = await createDatabase({ sql: PEOPLE });
  await using target = await createDatabase({ sql: `create table kept (x int)` });
  const desk = await deskOf(people, FITTING, target);
  await desk.plan({ source: 'staging', target: 'test', confirm: 'test' });
  await people.run('alter table people add mobile_number text');
  await expect(desk.plan({ source: 'staging', target: 'test', confirm: 'test' })).rejects.toMatchObject({
    code: 'UNDECIDED_COLUMNS',
    message: expect.stringContaining('public.people.mobile_number (text): proposed phone; named like a phone number'),
  });
  expect(await target.column(`select relname from pg_class where relname = 'kept'`)).toEqual(['kept']);
});
