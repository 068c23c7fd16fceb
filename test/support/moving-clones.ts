import { expect } from 'vitest';
import type { ClonePlan, CopyUnit } from '../../contracts/plan.js';
import { cloneByEngine } from '../properties/engine-clone.js';
import { createDatabase, type PostgresMajor, type TestDatabase } from './databases.js';
import { BROKEN_INVARIANTS, MOVING_SCHEMA, moveSource } from './moving-source.js';

/** Clones a source `runs` times while others write to it, and looks at each clone: what every committed state keeps, it keeps. */
export async function clonesStayConsistent({ major, runs }: { major: PostgresMajor; runs: number }): Promise<void> {
  await using from = await createDatabase({ major, sql: MOVING_SCHEMA });
  await using moving = await moveSource(from);
  await moving.committed(50);
  for (let run = 0; run < runs; run++) {
    await using into = await createDatabase({ major });
    await cloneByEngine({
      from,
      into,
      replan: (plan) => ({ ...plan, units: piecesOf(plan, major) }),
      beforeUnit: () => moving.committed(10),
    });
    expect(await brokenInvariants(into)).toEqual([]);
    expect(await into.column('select count(*)::int from pg_constraint where contype = $$f$$ and convalidated')).toEqual(
      [1],
    );
    const moves = 'select count(*)::int from moves';
    expect((await from.column<number>(moves))[0]).toBeGreaterThan((await into.column<number>(moves))[0] ?? 0);
  }
  expect(await brokenInvariants(from)).toEqual([]);
}

async function brokenInvariants(database: TestDatabase): Promise<string[]> {
  const broken: string[] = [];
  for (const [name, sql] of Object.entries(BROKEN_INVARIANTS)) {
    if ((await database.run(sql)).rows.length > 0) broken.push(name);
  }
  return broken;
}

/** Every table a unit of its own, and the accounts in pieces: what lies between two pieces moves most. */
function piecesOf({ units }: ClonePlan, major: PostgresMajor): CopyUnit[] {
  const tables = units.flatMap((unit) => unit.tables);
  const bounds =
    major >= 14
      ? [`ctid < '(40,0)'`, `ctid >= '(40,0)' and ctid < '(90,5)'`, `ctid >= '(90,5)'`]
      : ['id < 1000', 'id >= 1000 and id < 3001', 'id >= 3001'];
  return tables.flatMap((table) =>
    table.name === 'accounts'
      ? bounds.map((where, chunk) => ({ tables: [table], ranges: [{ chunk, where }], sizeBytes: 0 }))
      : [{ tables: [table], sizeBytes: 0 }],
  );
}
