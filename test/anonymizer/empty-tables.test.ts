import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveEmptyTables } from '../../engine/anonymizer/empty-tables.js';
import { mergeProposals } from '../../engine/anonymizer/merge-proposals.js';
import { readRulesFile, writeRules } from '../../engine/anonymizer/rules-file.js';
import { column, scalar, schema, table } from './builders.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'envclone-empty-'));
});
afterAll(() => rm(directory, { recursive: true }));

const SESSIONS = { table: 'auth.sessions', reason: 'sessions of people' };
const json = scalar('jsonb');
const users = table('auth.users', {
  columns: [
    column('email'),
    column('encrypted_password'),
    column('confirmation_token'),
    column('recovery_token'),
    column('raw_app_meta_data', { shape: json }),
    column('raw_user_meta_data', { shape: json }),
  ],
  unique: ['recovery_token'],
});
const sessions = table('auth.sessions', { columns: [column('user_agent'), column('tag')] });

test('tables that stay empty are written a line each, in order, and read back equal', async () => {
  const path = join(directory, 'rules.json');
  const emptyTables = [SESSIONS, { table: 'audit."Größe"', reason: 'said "no"' }];
  await writeRules(path, { rules: [], emptyTables });
  expect(await readRulesFile(path)).toEqual({
    rules: [],
    emptyTables: emptyTables.toReversed(),
    keepRows: [],
    accept: [],
  });
  const text = await readFile(path, 'utf8');
  expect(text.split('\n')[4]).toBe('    { "table": "auth.sessions", "reason": "sessions of people" }');
});

test('what a person accepts is read back equal, and a kind that there is not is a mistake with its place', async () => {
  const path = join(directory, 'accept.json');
  const accept = [{ place: 'public.t."ça"', kinds: ['email' as const, 'phone' as const], reason: 'the company' }];
  await writeRules(path, { rules: [], accept });
  expect(await readRulesFile(path)).toEqual({ rules: [], emptyTables: [], keepRows: [], accept });
  await writeFile(path, JSON.stringify({ rules: [], accept: [{ place: 'a', kinds: ['mail'], reason: 'b' }] }));
  await expect(readRulesFile(path)).rejects.toMatchObject({
    code: 'RULE_INVALID',
    message: expect.stringContaining('accept.json: accept[0].kinds.0'),
  });
});

test('a table without a reason and a reason without a table are mistakes with their places', async () => {
  const path = join(directory, 'wrong.json');
  await writeFile(path, JSON.stringify({ rules: [], emptyTables: [{ table: 'a' }, { reason: 'b' }] }));
  const reading = readRulesFile(path);
  await expect(reading).rejects.toMatchObject({ code: 'RULE_INVALID' });
  for (const place of ['wrong.json: emptyTables[0].reason', 'emptyTables[1].table'])
    await expect(reading).rejects.toThrow(place);
});

test('names are found without the schema public, and mistakes are named', () => {
  const tables = schema(table('public.logs'), table('public.far', { kind: 'foreign' }));
  const entry = (name: string) => ({ table: name, reason: 'r' });
  expect([...resolveEmptyTables([entry('logs')], tables).tables]).toEqual([['public.logs', 'r']]);
  expect(
    resolveEmptyTables([entry('logs'), entry('public.logs'), entry('lgos'), entry('far')], tables).problems,
  ).toEqual([
    'envclone.rules.json: emptyTables: public.logs is listed twice',
    expect.stringContaining('there is no table lgos'),
    expect.stringContaining('public.far is not emptied'),
  ]);
});

test('columns of a table that stays empty need no decision', () => {
  const t = table('public.t', { columns: [column('x1')] });
  expect(mergeProposals({ schema: schema(t), rules: [] }).remaining).toHaveLength(1);
  const emptyTables = [{ table: 't', reason: 'r' }];
  expect(mergeProposals({ schema: schema(t), rules: [], emptyTables, undecided: 'mask' })).toMatchObject({
    added: [],
    remaining: [],
    emptyTables,
    addedEmptyTables: [],
  });
});

test("the sign-in service's sessions are proposed to stay empty, and its users to have one password", () => {
  const { added, addedEmptyTables, remaining } = mergeProposals({ schema: schema(users, sessions), rules: [] });
  expect(addedEmptyTables).toEqual([SESSIONS]);
  expect(remaining).toEqual([]);
  expect(added.map(({ columnName, anonymizationType }) => [columnName, anonymizationType])).toEqual([
    ['email', 'email'],
    ['encrypted_password', 'passwordHash'],
    ['confirmation_token', 'empty'],
    ['recovery_token', 'token'],
    ['raw_app_meta_data', 'json'],
    ['raw_user_meta_data', 'json'],
  ]);
});

test('a table that somebody wrote rules for is not proposed to be emptied, nor one of another service of that name', () => {
  const rules = [{ tableName: 'auth.sessions', columnName: 'tag', anonymizationType: 'mask' as const }];
  expect(mergeProposals({ schema: schema(users, sessions), rules }).addedEmptyTables).toEqual([]);
  const others = schema(table('auth.users', { columns: [column('encrypted_password')] }), sessions);
  const { added, addedEmptyTables } = mergeProposals({ schema: others, rules: [] });
  expect(addedEmptyTables).toEqual([]);
  expect(added[0]).toMatchObject({ columnName: 'encrypted_password', anonymizationType: 'token' });
});
