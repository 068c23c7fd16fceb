import type { Acceptance, AnonymizationType } from './anonymization.js';
import type { ArtifactRef } from './artifacts.js';
import type { CloneOptions, NeutralizedObject } from './clone.js';
import type { RelationName } from './relations.js';
import type { TypeShape } from './schema.js';

/** A rule as the copy uses it: checked against the column, nothing left to default. */
export interface ColumnRule {
  type: AnonymizationType;
  /** The custom generator's name. */
  generator?: string;
  domain: string;
  /** Different values must stay different. */
  isUnique: boolean;
  preserveFormat: boolean;
  maxLength?: number;
  /** Digits that fit. */
  precision?: number;
  paths?: Record<string, AnonymizationType>;
  value?: string;
  relatedBy?: string;
  currencyColumn?: string;
  reads?: string[];
  typeColumn?: string;
  /** By value of `typeColumn`. */
  references?: Record<string, ColumnReference>;
  /** Values that differ in the case of letters alone are one value in this domain. */
  foldsCase?: true;
  /** Inside documents: the generators whose own domain has a unique column, so that different values stay different there. */
  uniqueLeaves?: AnonymizationType[];
  /** The same of those in whose domain letters' case does not tell two values apart. */
  foldedLeaves?: AnonymizationType[];
}

/** A column that values of another one lead to without a foreign key. */
export interface ColumnReference {
  table: RelationName;
  column: string;
  shape: TypeShape;
  /** How it is masked. Absent: it is kept. */
  rule?: ColumnRule;
}

/** Columns of the same row whose source values a rule needs. They stand before it in a TablePlan. */
export function columnsReadBy({
  relatedBy,
  currencyColumn,
  typeColumn,
  reads = [],
}: Pick<ColumnRule, 'relatedBy' | 'currencyColumn' | 'typeColumn' | 'reads'>): string[] {
  return [relatedBy, currencyColumn, typeColumn, ...reads].filter((name) => name !== undefined);
}

export interface ColumnPlan {
  name: string;
  shape: TypeShape;
  /** Absent: the column's bytes pass as they are. */
  rule?: ColumnRule;
}

/** Whether a rule may change its values. */
export function isMasked<Column extends Pick<ColumnPlan, 'rule'>>(
  column: Column,
): column is Column & { rule: ColumnRule } {
  return column.rule !== undefined && column.rule.type !== 'keep';
}

/** Columns whose source values are kept while their row is masked. They stand first. */
export function columnsRead({ columns, rowKey = [] }: Pick<TablePlan, 'columns' | 'rowKey'>): Set<string> {
  return new Set([...rowKey, ...columns.flatMap(({ rule }) => (rule ? columnsReadBy(rule) : []))]);
}

/** One relation whose rows are read and written. */
export interface TablePlan extends RelationName {
  /** Where rows are written when it is not the relation they are read from: the root, when masking may move a row to another partition. */
  into?: RelationName;
  /** All columns that are copied: `columnsRead` first, then the rest in order. Generated ones are not. */
  columns: ColumnPlan[];
  /** What names a row in a custom generator's error: a key of numbers and uuids that no rule masks. Only where there is such a generator. */
  rowKey?: string[];
  /** `binary` passes bytes through untouched; `text` is for masking and for types without a portable binary form. */
  wire: 'binary' | 'text';
  /** Only these rows (an extension's configuration table). SQL, from the source's own catalog. */
  where?: string;
  /** SQL, true for the rows that are copied as they are, whatever the columns' rules say. Such a table is copied in ranges. */
  keptRows?: string;
  estimatedRows: number;
  sizeBytes: number;
  /** Pages of the heap, when it can be split by them. */
  pages?: number;
}

/** Rows of one table that one transaction copies. */
export interface RowRange {
  /** Its number among the table's chunks, from 0. */
  chunk: number;
  /** SQL about the source's rows. The ranges of a table together hold every row once, those that came after the plan too. */
  where: string;
  /** The table's `keptRows`: no rule is followed. */
  isKept?: true;
}

/** The chunk of a table's `keptRows`, beside those of its other rows. */
export const KEPT_ROWS_CHUNK = -1;

/** What one activity copies. */
export interface CopyUnit {
  /** Exactly one when there are ranges. */
  tables: TablePlan[];
  /** Only these rows of the table. Absent: whole tables. */
  ranges?: RowRange[];
  sizeBytes: number;
}

export interface LeftOut {
  kind: string;
  name: string;
  reason: string;
}

/** Everything a clone will do, decided before anything is touched. Kept as an artifact: nothing personal is in it. */
export interface ClonePlan {
  operation: string;
  source: string;
  target: string;
  createdAt: string;
  options: CloneOptions;
  /** The source's SchemaDefinition. */
  schema: ArtifactRef;
  sourceFingerprint: string;
  units: CopyUnit[];
  /** Units copied at the same time. */
  lanes: number;
  /** Tables that stay empty, with the reason. */
  emptied: { table: string; reason: string }[];
  /** Columns that become null because what they reference stays empty. */
  nulled: { table: string; column: string; reason: string }[];
  neutralized: NeutralizedObject[];
  /** Personal data that a person let stay, or false alarms. */
  accepted?: Acceptance[];
  leftOut: LeftOut[];
  /** Extensions of the target that its role can neither drop nor make again. */
  keptExtensions?: string[];
  createsDatabase: boolean;
  createsRoles: string[];
  /** Owners that the target's role cannot give objects to; such objects belong to the cloning role. */
  skippedOwners: string[];
  warnings: string[];
  /** Reasons why the clone cannot run. Not empty: nothing is touched. */
  refusals: string[];
  /** How a rollback will be possible. */
  restorePoint: PlannedRestorePoint;
  /** Why in this way. */
  restorePointReason?: string;
}

/** `swap`: the clone is built beside the target; what the target was is kept as a database. `drop database`: there is none yet. */
export type PlannedRestorePoint = 'swap' | 'archive' | 'drop database' | 'none';

/** Every table of a plan once, also one whose ranges are in several units. */
export function plannedTables({ units }: Pick<ClonePlan, 'units'>): TablePlan[] {
  const tables = units.flatMap((unit) => unit.tables);
  return [...new Map(tables.map((table) => [JSON.stringify([table.schema, table.name]), table])).values()];
}

/** What workflow code needs of a plan. */
export interface PlanSummary {
  plan: ArtifactRef;
  units: { tables: string[]; sizeBytes: number }[];
  /** Units copied at the same time. */
  lanes: number;
  /** Events in the history of the copy's workflow after which it continues as new. Default 1,800. */
  historyLimit?: number;
  tables: number;
  sizeBytes: number;
  warnings: string[];
  /** Absent in plans of earlier versions, which archive. */
  restorePoint?: PlannedRestorePoint;
  restorePointReason?: string;
}
