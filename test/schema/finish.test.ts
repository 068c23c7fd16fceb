import { expect, test } from 'vitest';
import type { ViewDefinition } from '../../contracts/schema.js';
import { refreshMaterializedViews } from '../../engine/schema/finish.js';
import { createDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';

const view = (name: string, isPopulated = true): ViewDefinition => ({
  schema: 'public',
  name,
  isMaterialized: true,
  isPopulated,
});

test('materialized views are filled after those they read, and only those that were filled', async () => {
  await using target = await createDatabase({
    sql: `
      create table t as select 1 as id;
      create materialized view z_first as select id from t with no data;
      create view between as select id + 1 as id from z_first;
      create materialized view a_second as select id from between with no data;
      create materialized view never as select id from t with no data;
      create materialized view outbound as select 1 / 0 as id with no data;`,
  });

  await refreshMaterializedViews(
    targetOf(target),
    [view('a_second'), view('never', false), view('outbound'), view('z_first')],
    { except: [{ kind: 'materialized view', name: 'public.outbound', reason: 'x' }] },
  );

  expect(await target.column('select id from a_second')).toEqual([2]);
  expect(await target.column('select matviewname::text from pg_matviews where not ispopulated order by 1')).toEqual([
    'never',
    'outbound',
  ]);
});

test('a materialized view that cannot be filled is named', async () => {
  await using target = await createDatabase({
    sql: 'create materialized view broken as select 1 / 0 as id with no data',
  });
  await expect(refreshMaterializedViews(targetOf(target), [view('broken')])).rejects.toMatchObject({
    code: 'SCHEMA_STATEMENT_FAILED',
    message: expect.stringContaining('public.broken'),
  });
});
