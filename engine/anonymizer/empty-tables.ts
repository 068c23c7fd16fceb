import type { EmptyTable } from '../../contracts/anonymization.js';
import { relationLabel } from '../../contracts/relations.js';
import type { SchemaDefinition } from '../../contracts/schema.js';
import { findTable } from './find-table.js';

export interface ResolvedEmptyTables {
  /** By `schema.table`, with the reason. */
  tables: Map<string, string>;
  problems: string[];
}

/** Finds the tables that the rules file empties. `spreadEmptiness` says what goes with them. */
export function resolveEmptyTables(
  emptyTables: readonly EmptyTable[],
  { tables }: Pick<SchemaDefinition, 'tables'>,
): ResolvedEmptyTables {
  const known = new Map(tables.map((table) => [relationLabel(table), table]));
  const resolved: ResolvedEmptyTables = { tables: new Map(), problems: [] };
  const complain = (problem: string) => resolved.problems.push(`envclone.rules.json: emptyTables: ${problem}`);
  for (const { table: written, reason } of emptyTables) {
    const found = findTable(written, known);
    if ('problem' in found) {
      complain(found.problem);
      continue;
    }
    const { table } = found;
    const label = relationLabel(table);
    if (resolved.tables.has(label)) complain(`${label} is listed twice`);
    else if (table.kind === 'foreign' || table.extension !== undefined)
      complain(`${label} is not emptied: foreign tables and those of extensions keep their rows to themselves`);
    else resolved.tables.set(label, reason);
  }
  return resolved;
}
