import { expect, test } from 'vitest';
import type { SchemaDefinition } from '../../contracts/schema.js';
import { analyzeSchema } from '../../engine/catalog/analyze-schema.js';
import { createSchemaAnalyzer } from '../../engine/catalog/schema-analyzer.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { sourceOf, targetOf } from '../support/proofs.js';
import { MAJORS } from './world.js';

const STATEMENT = { kind: 'table', name: 'public.t', stage: 'pre-data' as const, sql: 'create table …' };

test.each(MAJORS)(
  'PostgreSQL %i: the dump sees what the catalog saw, whatever is committed between them',
  async (major) => {
    await using database = await createDatabase({ major, sql: 'create table t (a int)' });
    const seen: unknown[] = [];
    const schema = await analyzeSchema(sourceOf(database), {
      async dump({ snapshot, serverMajor }) {
        await database.run('create table late (a int)');
        await using session = await database.session({ readOnly: true });
        await session.query('begin isolation level repeatable read read only');
        await session.query(`set transaction snapshot '${snapshot}'`);
        seen.push(serverMajor, (await session.query("select from pg_class where relname in ('t', 'late')")).length);
        return [STATEMENT];
      },
    });
    expect(seen).toEqual([major, 1]);
    expect(schema.tables.map(({ name }) => name)).toEqual(['t']);
    expect(schema.statements).toEqual([STATEMENT]);
  },
);

test('the number of queries does not depend on the number of tables', async () => {
  const createTables = (count: number) => `do $$ begin for i in 1..${count} loop
    execute format('create table t%s (id serial primary key, a text check (a <> ''''), b int references t%s (id))', i, i);
  end loop; end $$`;
  await using few = await createDatabase({ sql: createTables(2) });
  await using many = await createDatabase({ sql: createTables(120) });
  expect(await countQueries(many)).toBe(await countQueries(few));
});

async function countQueries(database: TestDatabase): Promise<number> {
  let queries = 0;
  await analyzeSchema({
    environment: 'counted',
    async connect() {
      const session = await database.session({ readOnly: true });
      const query = session.query.bind(session);
      return Object.assign(session, {
        query: (sql: string, values?: readonly unknown[]) => {
          queries++;
          return query(sql, values);
        },
      });
    },
  });
  expect(queries).toBeGreaterThan(10);
  return queries;
}

test('a target is analyzed like a source', async () => {
  await using database = await createDatabase({ sql: 'create table t (a int)' });
  const schema = await analyzeSchema(targetOf(database));
  expect(schema).toMatchObject({ environment: 'target', tables: [{ name: 't' }], statements: [] });
});

test('a dump that fails ends the analysis with its own error', async () => {
  await using database = await createDatabase();
  const failure = new Error('pg_dump is missing');
  await expect(analyzeSchema(sourceOf(database), { dump: () => Promise.reject(failure) })).rejects.toMatchObject({
    code: 'SCHEMA_UNREADABLE',
    message: expect.stringContaining('pg_dump is missing'),
  });
});

test('an aborted analysis rejects with the reason of the abort', async () => {
  await using database = await createDatabase();
  const abort = new AbortController();
  const reason = new Error('enough');
  const analyzing = analyzeSchema(sourceOf(database), {
    signal: abort.signal,
    dump: async () => {
      abort.abort(reason);
      throw new Error('interrupted');
    },
  });
  await expect(analyzing).rejects.toBe(reason);
});

test('the analyzer opens environments by name, dumps them and compares what it read', async () => {
  await using database = await createDatabase({ sql: 'create table t (a int)' });
  const opened: string[] = [];
  const compared: SchemaDefinition[][] = [];
  const analyzer = createSchemaAnalyzer({
    async open(environment) {
      opened.push(environment);
      return { ...sourceOf(database), environment };
    },
    dump: async (source) => [{ ...STATEMENT, sql: source.environment }],
    compare(source, target) {
      compared.push([source, target]);
      return { source: source.environment, target: target.environment, isEqual: true, differences: [] };
    },
  });
  const [one, other] = [await analyzer.analyzeSchema('production'), await analyzer.analyzeSchema('test')];
  expect(opened).toEqual(['production', 'test']);
  expect(one).toMatchObject({ environment: 'production', statements: [{ sql: 'production' }] });
  expect(analyzer.compareSchemas(one, other)).toMatchObject({ source: 'production', target: 'test' });
  expect(compared).toEqual([[one, other]]);
});
