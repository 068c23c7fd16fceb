import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareSchemas } from '../../engine/schema/compare.js';
import { createDatabase, POSTGRES_MAJORS, type PostgresMajor } from '../support/databases.js';
import { drawDatabase } from './drawn-database.js';
import { cloneByEngine, readSchema, rowsByTable } from './engine-clone.js';
import { reporter, runsOf } from './runs.js';

const runs = (major: PostgresMajor) => runsOf({ least: 1, major });

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i any schema and any rows arrive as they are',
  async (major) => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), fc.boolean(), (draw, isText) =>
        cloneEquals({ draw: (from) => draw(() => from), major, isText }),
      ),
      { ...runs(major), reporter },
    );
  },
  60_000 + runs(13).numRuns * 10_000,
);

interface CloneEqualsInput {
  draw: Parameters<typeof drawDatabase>[0];
  major: PostgresMajor;
  /** All tables on the text wire. */
  isText: boolean;
}

async function cloneEquals({ draw, major, isText }: CloneEqualsInput): Promise<void> {
  const { schema, rows } = drawDatabase(draw, major);
  await using from = await createDatabase({ major });
  await using into = await createDatabase({ major });
  for (const statement of [...schema, ...rows]) {
    await from.run(statement).catch((error: Error) => {
      throw new Error(`${error.message}: ${statement.slice(0, 1_000)}`);
    });
  }
  const clone = await cloneByEngine({
    from,
    into,
    replan: (plan) => ({
      ...plan,
      units: plan.units.map((unit) => ({
        ...unit,
        tables: unit.tables.map((table) => (isText ? { ...table, wire: 'text' as const } : table)),
      })),
    }),
  });
  expect(await rowsByTable(into)).toEqual(await rowsByTable(from));
  expect(compareSchemas(clone.schema, await readSchema(into)).differences).toEqual([]);
}
