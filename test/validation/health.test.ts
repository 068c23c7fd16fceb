import { expect, test } from 'vitest';
import { runHealthChecks } from '../../engine/validation/health-checks.js';
import { createDatabase, POSTGRES_MAJORS, type TestDatabase } from '../support/databases.js';
import { sourceOf } from '../support/proofs.js';

test.each(POSTGRES_MAJORS)('a stamped database of PostgreSQL %i is healthy', async (major) => {
  await using database = await createDatabase({ major });
  await stamp(database, 'source');
  const report = await runHealthChecks(sourceOf(database));
  expect(report.checks.filter(({ state }) => state !== 'healthy')).toEqual([]);
  expect(report).toMatchObject({ environment: 'source', state: 'healthy' });
});

test('a database that does not answer is unhealthy, and nothing else is asked', async () => {
  const report = await runHealthChecks(sourceOf({ name: 'gone', url: 'postgres://u:sesame@127.0.0.1:1/gone' }));
  expect(report.state).toBe('unhealthy');
  expect(report.checks.map(({ name }) => name)).toEqual(['connection']);
  expect(JSON.stringify(report)).not.toContain('sesame');
});

test('the stamp of another environment is unhealthy, and a missing one degraded', async () => {
  await using database = await createDatabase();
  expect(await stateOf(database, 'stamp')).toBe('degraded');
  await stamp(database, 'training');
  expect(await stateOf(database, 'stamp')).toBe('unhealthy');
});

test('a ledger that is still there is unhealthy, but not while the operation runs', async () => {
  await using database = await createDatabase({ sql: 'create schema envclone' });
  expect(await stateOf(database, 'ledger')).toBe('unhealthy');
  const { checks } = await runHealthChecks(sourceOf(database), { isUnderway: true });
  expect(checks.map(({ name }) => name)).not.toContain('ledger');
});

test('policies on a table without row security, and an invalid index, are degraded', async () => {
  await using database = await createDatabase({
    sql: `create table t (a int); create policy p on t using (true); create index i on t (a);
          update pg_index set indisvalid = false where indexrelid = 'i'::regclass`,
  });
  expect(await stateOf(database, 'row security')).toBe('degraded');
  expect(await stateOf(database, 'indexes')).toBe('degraded');
});

async function stateOf(database: TestDatabase, check: string): Promise<string | undefined> {
  const { checks } = await runHealthChecks(sourceOf(database));
  return checks.find(({ name }) => name === check)?.state;
}

async function stamp(database: TestDatabase, environment: string): Promise<void> {
  await database.run(`alter database ${database.name} set envclone.environment = '${environment}'`);
}
