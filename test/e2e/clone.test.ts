import { expect, test } from 'vitest';
import { keptName } from '../../engine/postgres/database-names.js';
import { databasesBeside, POSTGRES_MAJORS } from '../support/databases.js';
import { createWorld } from '../support/world.js';

const CLONE = { source: 'production', target: 'test', confirm: 'test' };

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i the sample is cloned, masked, valid, and swapped in',
  async (major) => {
    await using world = await createWorld({ major, restorePoint: 'auto' });

    const result = await world.cloner.cloneEnvironment(CLONE);

    expect(result.validation.errors).toEqual([]);
    expect(result).toMatchObject({ status: 'completed', restorePoint: { environment: 'test' } });
    expect(await databasesBeside(world.target.url, world.target.name)).toEqual([
      keptName({ database: world.target.name, operation: result.operationId }),
    ]);
    expect(result.statistics.recordsCloned).toBeGreaterThan(300);
    expect(await world.target.column("select email from public.guests where email not like '%@test.local'")).toEqual(
      [],
    );
  },
  180_000,
);

test('from PostgreSQL 13 to 18 the sample is cloned and valid', async () => {
  await using world = await createWorld({ major: 13, targetMajor: 18, restorePoint: 'auto' });

  const result = await world.cloner.cloneEnvironment(CLONE);

  expect(result.validation.errors).toEqual([]);
}, 180_000);
