import { expect, test } from 'vitest';
import { relationLabel } from '../../contracts/relations.js';
import { nastySql } from '../schema/nasty.js';
import type { PostgresMajor } from '../support/databases.js';
import { createRollbackWorld } from './world.js';

test.each<PostgresMajor>([13, 18])(
  'on PostgreSQL %i each table of a hard schema can be made again, and everything else is the same afterwards',
  async (major) => {
    await using world = await createRollbackWorld({ major, sql: await nastySql(major) });
    const before = await world.state();
    const tables = world.archive.schema.tables.filter(({ kind, partitionOf }) => kind !== 'foreign' && !partitionOf);
    for (const table of tables) {
      const [name] = await world.database.column(
        `select format('%I.%I', '${table.schema.replaceAll("'", "''")}', '${table.name.replaceAll("'", "''")}')`,
      );
      await world.database.run(`alter table ${name} add column spoilt integer; comment on table ${name} is 'spoilt'`);
      expect(await world.state()).not.toEqual(before);

      await world.rollBack({ tables: [relationLabel(table)] });
      expect(await world.state(), name ?? '').toEqual(before);
    }
  },
  300_000,
);
