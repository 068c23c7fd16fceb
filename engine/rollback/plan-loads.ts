import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { TableDefinition } from '../../contracts/schema.js';
import { showRelation } from '../postgres/quote.js';

import type { Parts, Sides } from './parts.js';
import type { PointTable } from './point-rows.js';

/** Rows of the restore point, and where they go. */
export interface Load {
  from: PointTable;
  into: RelationName;
}

export interface LoadPlan {
  loads: Load[];
  /** Tables of the target that are there, keep their definition, and are emptied first. */
  emptied: RelationName[];
  /** Tables that the restore point does not have. */
  kept: string[];
  /** Why rows have no place. */
  refusals: string[];
}

export interface PlanLoadsInput extends Sides {
  parts: Parts;
  rows: readonly PointTable[];
  /** Whether a table is made as the restore point has it. */
  isMade(table: string): boolean;
}

/** Which rows go where: into tables as the restore point has them, or as they are now when these can hold the same values. */
export function planLoads({ parts, present, wanted, rows, isMade }: PlanLoadsInput): LoadPlan {
  const plan: LoadPlan = { loads: [], emptied: [], kept: [], refusals: [] };
  if (!parts.components.has('data')) return plan;
  const [now, then] = [byName(present.tables), byName(wanted.tables)];
  const isChosen = (name: string) => parts.tables === undefined || parts.tables.has(name);
  for (const from of rows) {
    const name = showRelation(from);
    const definition = then.get(name);
    if (!definition || definition.extension !== undefined || !isChosen(name)) continue;
    if (isMade(name)) plan.loads.push({ from, into: from });
    else addPresent(from, definition);
  }
  for (const table of present.tables) {
    const name = showRelation(table);
    if (table.kind !== 'table' || table.extension !== undefined || isMade(name)) continue;
    const isOfRoot = then.has(showRelation(rootOf(table, now)));
    if (isChosen(name) && (then.has(name) || isOfRoot)) plan.emptied.push(table);
    else if (parts.tables === undefined) plan.kept.push(relationLabel(table));
  }
  return plan;

  function addPresent(from: PointTable, definition: TableDefinition): void {
    const into = placeOf(definition);
    const reasons = into
      ? mismatches(from, { definition, into })
      : [`${relationLabel(from)} is not there to take its rows`];
    plan.refusals.push(...reasons);
    if (into && reasons.length === 0) plan.loads.push({ from, into });
  }

  /** A partition that is otherwise now leaves it to the partitioned table where its rows go. */
  function placeOf(definition: TableDefinition): TableDefinition | undefined {
    const same = now.get(showRelation(definition));
    if (!definition.partitionOf) return same;
    const parent = showRelation(definition.partitionOf);
    if (
      same?.kind === 'table' &&
      same.partitionOf &&
      showRelation(same.partitionOf) === parent &&
      !arePartitionsChanged(parent)
    )
      return same;
    const root = rootOf(definition, then);
    return now.get(showRelation(root));
  }

  /** By their names: what a partition is for is compared with the definitions, and is the same where nothing was made. */
  function arePartitionsChanged(parent: string): boolean {
    const names = (tables: readonly TableDefinition[]) =>
      tables
        .filter(({ partitionOf }) => partitionOf && showRelation(partitionOf) === parent)
        .map(showRelation)
        .sort()
        .join(', ');
    return names(present.tables) !== names(wanted.tables);
  }
}

function byName(tables: readonly TableDefinition[]): Map<string, TableDefinition> {
  return new Map(tables.map((table) => [showRelation(table), table]));
}

function rootOf(table: TableDefinition, tables: ReadonlyMap<string, TableDefinition>): TableDefinition {
  const parent = table.partitionOf && tables.get(showRelation(table.partitionOf));
  return parent ? rootOf(parent, tables) : table;
}

/** Columns that the rows need and the table has not, has otherwise, or wants values for. */
function mismatches(
  from: PointTable,
  { definition, into }: { definition: TableDefinition; into: TableDefinition },
): string[] {
  const label = relationLabel(into);
  const now = new Map(into.columns.map((column) => [column.name, column]));
  const types = new Map(definition.columns.map(({ name, type }) => [name, type]));
  const missing = from.columns.flatMap((name) => {
    const column = now.get(name);
    if (!column) return [`${label}.${name} is not there to take its values`];
    if (column.generated) return [`${label}.${name} is computed now, and takes no values`];
    const type = types.get(name);
    return column.type === type ? [] : [`${label}.${name} is ${column.type} now, and was ${type}`];
  });
  const unfilled = into.columns
    .filter(({ name, isNotNull, isIdentity, generated, default: value }) => {
      const isFilled = from.columns.includes(name) || !isNotNull || isIdentity || generated || value !== undefined;
      return !isFilled;
    })
    .map(({ name }) => `${label}.${name} is new, and wants a value in every row`);
  return [...missing, ...unfilled];
}
