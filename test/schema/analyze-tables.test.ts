import { expect, test } from 'vitest';
import { analyzeTables } from '../../engine/schema/analyze-tables.js';
import { createDatabase, POSTGRES_MAJORS, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';

test('statistics are gathered without asking the server of a foreign partition', async () => {
  await using target = await createDatabase({
    sql: `
      create extension postgres_fdw;
      create server nowhere foreign data wrapper postgres_fdw options (host 'neutralized.invalid');
      create table plain as select generate_series(1, 10) as id;
      create table root (id integer) partition by list (id);
      create table leaf partition of root for values in (1);
      create foreign table remote partition of root for values in (2) server nowhere;
      insert into leaf values (1)`,
  });

  await analyzeTables(targetOf(target));

  expect(
    await target.column(
      "select relname::text from pg_class where relname in ('plain', 'leaf') and reltuples > 0 order by 1",
    ),
  ).toEqual(['leaf', 'plain']);
});

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i two calls together analyze each table once, partitioned ones included',
  async (major) => {
    await using target = await createDatabase({
      major,
      sql: `
      create table "Plain" as select generate_series(1, 10) as id;
      create table emptied (id integer);
      create table root (id integer) partition by list (id);
      create table branch partition of root for values in (1, 2) partition by list (id);
      create table leaf partition of branch for values in (1);
      create materialized view totals as select count(*) from "Plain";
      insert into leaf values (1)`,
    });
    const copied = ['Plain', 'leaf'].map((name) => ({ schema: 'public', name }));

    await analyzeTables(targetOf(target), { only: copied });
    await expect.poll(() => analyzed(target)).toEqual(major >= 18 ? ['Plain 1', 'leaf 1'] : ['Plain 1']);
    await analyzeTables(targetOf(target), { except: copied });

    await expect
      .poll(() => analyzed(target))
      .toEqual([
        'Plain 1',
        ...(major >= 15 ? ['branch 1'] : []),
        'emptied 1',
        'leaf 1',
        ...(major >= 15 ? ['root 1'] : []),
        'totals 1',
      ]); // 13 does not count those of partitioned tables
    expect(await target.column('select tablename::text from pg_stats where inherited order by 1')).toEqual([
      'branch',
      'root',
    ]);
  },
);

async function analyzed(target: TestDatabase): Promise<string[]> {
  return target.column(
    `select relname || ' ' || analyze_count from pg_stat_user_tables where analyze_count > 0 order by relname collate "C"`,
  );
}
