import { expect, test } from 'vitest';
import type { TablePlan } from '../../contracts/plan.js';
import { readDistinct } from '../../engine/anonymizer/distinct-values.js';
import { createDatabase, POSTGRES_MAJORS } from '../support/databases.js';
import { sourceOf } from '../support/proofs.js';
import { columnRule, scalar, tablePlan } from './builders.js';

const masked = (schema: string, table: string, ...columns: string[]): TablePlan => ({
  ...tablePlan(
    columns.map((name) => ({ name, shape: scalar('text'), rule: columnRule('mask') })),
    table,
  ),
  schema,
});

test.each(POSTGRES_MAJORS)(
  'PostgreSQL %i: different values of masked columns are those of the statistics, where there are some',
  async (major) => {
    await using database = await createDatabase({
      major,
      sql: `
        create schema "Größe";
        create table "Größe"."a.b" ("E-Mail" text, few text, kept text);
        insert into "Größe"."a.b" select 'canary' || n, (n % 7)::text, 'x' from generate_series(1, 500) n;
        analyze "Größe"."a.b";
        create table never_analyzed (x text);`,
    });
    const tables = [masked('Größe', 'a.b', 'E-Mail', 'few'), masked('public', 'never_analyzed', 'x')];
    expect(await readDistinct(sourceOf(database), tables)).toEqual({ 'Größe.a.b': { 'E-Mail': 500, few: 7 } });
  },
);

test('nothing is asked where nothing is masked', async () => {
  const plain = tablePlan([{ name: 'c', shape: scalar('text') }]);
  const nowhere = sourceOf({ name: 'none', url: 'postgres://127.0.0.1:1/none' });
  expect(await readDistinct(nowhere, [plain])).toEqual({});
});
