import type { ClonePlan, TablePlan } from '../../contracts/plan.js';
import { quoteRelation } from '../postgres/quote.js';

/** Every table of a plan once, also one whose ranges are in several units. */
export function plannedTables({ units }: Pick<ClonePlan, 'units'>): TablePlan[] {
  const tables = new Map<string, TablePlan>();
  for (const table of units.flatMap((unit) => unit.tables)) {
    const key = quoteRelation(table);
    if (!tables.has(key)) tables.set(key, table);
  }
  return [...tables.values()];
}
