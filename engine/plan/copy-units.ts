import type { CopyUnit, TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import { type SplitKey, splitTable } from './chunks.js';

const UNIT_BYTES = 32 * 1024 * 1024;
const UNIT_TABLES = 50;

/**
 * What an activity copies: a big table alone, or a share of it; small ones together; the biggest first, so that the end is not spent waiting for one. What is
 * written into the same root stays together: a partition's keys can be built only when nothing is routed into it any more.
 */
export function planUnits(tables: readonly TablePlan[], keys?: ReadonlyMap<string, SplitKey>): CopyUnit[] {
  const split = tables.flatMap((table) => splitTable(table, keys?.get(relationLabel(table))) ?? []);
  const isSplit = new Set(split.flatMap((unit) => unit.tables));
  const whole = tables.filter((table) => !isSplit.has(table));
  const units: CopyUnit[] = [...split];
  let filling: CopyUnit | undefined;
  for (const { tables: group, sizeBytes } of groupsOf(whole).sort((a, b) => b.sizeBytes - a.sizeBytes)) {
    const fits =
      filling !== undefined &&
      filling.tables.length + group.length <= UNIT_TABLES &&
      filling.sizeBytes + sizeBytes <= UNIT_BYTES;
    if (filling && fits) {
      filling.tables.push(...group);
      filling.sizeBytes += sizeBytes;
    } else {
      filling = { tables: [...group], sizeBytes };
      units.push(filling);
    }
  }
  return units.sort((a, b) => b.sizeBytes - a.sizeBytes);
}

function groupsOf(tables: readonly TablePlan[]): CopyUnit[] {
  const groups = new Map<string, CopyUnit>();
  for (const table of tables) {
    const key = relationLabel(table.into ?? table);
    const group = groups.get(key) ?? { tables: [], sizeBytes: 0 };
    group.tables.push(table);
    group.sizeBytes += table.sizeBytes;
    groups.set(key, group);
  }
  return [...groups.values()];
}
