import { expect, test } from 'vitest';
import { copySequences, readSequences, setSequences } from '../../engine/copy/sequences.js';
import { createDatabase } from '../support/databases.js';
import { sourceOf, targetOf } from '../support/proofs.js';

const schema = `create sequence used; create sequence "Jamais Utilisé"; create sequence edge as smallint minvalue -5 maxvalue 10`;
const sequences = ['used', 'Jamais Utilisé', 'edge'].map((name) => ({
  schema: 'public',
  name,
  lastValue: '1',
  isCalled: false,
}));
const states = `select last_value || ' ' || is_called from used union all select last_value || ' ' || is_called from "Jamais Utilisé"
  union all select last_value || ' ' || is_called from edge`;

test.each([13, 18] as const)('sequences go on where those of the source are now, on PostgreSQL %i', async (major) => {
  await using from = await createDatabase({
    major,
    sql: `${schema}; select setval('used', 4611686018427387904), setval('edge', 7, false)`,
  });
  await using into = await createDatabase({ major, sql: schema });
  await copySequences({ source: sourceOf(from), target: targetOf(into), sequences });
  expect(await into.column(states)).toEqual(['4611686018427387904 true', '1 false', '7 false']);
  expect(await into.column(states)).toEqual(await from.column(states));
});

test('a sequence that is gone meanwhile keeps the value it came with', async () => {
  await using from = await createDatabase({ sql: "create sequence used; select setval('used', 9)" });
  await using session = await from.session();
  const gone = { schema: 'public', name: 'gone', lastValue: '3', isCalled: true };
  expect(await readSequences(session, [gone, ...sequences.slice(0, 1)])).toEqual([
    gone,
    { schema: 'public', name: 'used', lastValue: '9', isCalled: true },
  ]);
});

test('a sequence that the target does not have is named', async () => {
  await using into = await createDatabase();
  await expect(setSequences(targetOf(into), sequences)).rejects.toMatchObject({
    code: 'SCHEMA_STATEMENT_FAILED',
    message: expect.stringContaining('public.used'),
  });
});

test('more sequences than one statement sets are copied', async () => {
  const names = Array.from({ length: 501 }, (_, at) => `s${at}`);
  const sql = names.map((name) => `create sequence ${name} start 5`).join(';');
  await using from = await createDatabase({ sql: `${sql}; select nextval('s0'), nextval('s500')` });
  await using into = await createDatabase({ sql });
  const asked = names.map((name) => ({ schema: 'public', name, lastValue: '1', isCalled: false }));
  await copySequences({ source: sourceOf(from), target: targetOf(into), sequences: asked });
  const called =
    'select last_value || is_called::text from s0 union all select last_value || is_called::text from s500';
  expect(await into.column(called)).toEqual(['5true', '5true']);
});
