import type { Acceptance } from '../../contracts/anonymization.js';
import type { CloneOptions, NeutralizedObject } from '../../contracts/clone.js';
import type { EnvironmentType } from '../../contracts/environments.js';
import { ConfigurationError, SafetyError } from '../../contracts/errors.js';
import type { ClonePlan, ColumnRule, TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import type { SchemaDefinition } from '../../contracts/schema.js';
import type { SplitKey } from './chunks.js';
import { planUnits } from './copy-units.js';
import { type EmptyTables, listNulled, spreadEmptiness } from './empty-tables.js';
import { hasCopiedRows, leftExtensions, leftOutOf } from './left-out.js';
import { judgeTarget, undroppableRefusals } from './refusals.js';
import { type Decisions, requireDecided } from './require-decided.js';
import type { ChosenRestorePoint } from './restore-strategy.js';
import { NULL_RULE, roleDefaults } from './role-columns.js';
import { excludedTables, type SystemPatterns, unmatchedPatterns } from './systems.js';
import { planTables, type RulesByTable } from './tables.js';
import type { TargetCatalog } from './target-catalog.js';

export interface PlanInput {
  operation: string;
  options: CloneOptions;
  source: SchemaDefinition;
  sourceType: EnvironmentType;
  target: TargetCatalog;
  /** The target's configuration has `allowRawData`. */
  allowsRawData: boolean;
  systems: SystemPatterns;
  decided: Decisions;
  /** Tables that the rules empty, by `schema.table`, with the reason. Default: none. */
  emptyTables?: ReadonlyMap<string, string>;
  /** Rows that no rule touches: SQL by `schema.table`, of partitions their root's. Default: none. */
  keptRows?: ReadonlyMap<string, { where: string }>;
  /** What may stay in the clone, as the rules file has it. Default: nothing. */
  accepted?: readonly Acceptance[];
  neutralized: readonly NeutralizedObject[];
  /** What would have to be dropped in the target and is not its role's to drop, with its owner. Default: nothing. */
  undroppable?: readonly string[];
  /** By `schema.table`, of big tables that cannot be split by their pages. Default: none. */
  splitKeys?: ReadonlyMap<string, SplitKey>;
  /** Units copied at the same time. Default 4: more only wait for the same disks. */
  lanes?: number;
  /** Known before, such as what the proof of the source found. */
  warnings?: readonly string[];
  /** Default: an archive of what is there. */
  restorePoint?: ChosenRestorePoint;
  /** Default: now. */
  createdAt?: Date;
}

export const LANES = 4;

/**
 * Everything a clone will do, from catalogs and rules alone. What the target cannot hold is in the plan's refusals: `requireRunnable`.
 * @throws SafetyError `RAW_DATA_REFUSED`; ConfigurationError `RULE_INVALID`, `UNDECIDED_COLUMNS`
 */
export function createPlan(input: PlanInput): ClonePlan {
  const { operation, options, source, target, systems, decided, lanes = LANES, createdAt = new Date() } = input;
  requireAllowedData(input);
  const excluded = new Map([
    ...unloggedOnStandby(source),
    ...((options.anonymizeData && input.emptyTables) || []),
    ...excludedTables(source.tables, systems, options),
  ]);
  const empty = spreadEmptiness(source.tables, excluded);
  if (options.anonymizeData) {
    const isCopied = (table: string) => !empty.emptied.has(table);
    requireDecided({ source: source.environment, decided, isCopied });
  }
  const roles = options.preserveUserRoles ? { rules: new Map(), warnings: [] } : roleDefaults(source.tables);
  const left = leftExtensions(source, target);
  const tables = planTables({
    tables: source.tables,
    isCopied: (table) => hasCopiedRows(table, left) && !empty.emptied.has(relationLabel(table)),
    rules: [options.anonymizeData ? decided.rules : new Map(), roles.rules, nullRules(empty)],
    ...(options.anonymizeData && input.keptRows && { keptRows: input.keptRows }),
  });
  requireKeepable(tables, empty);
  const judgement = judgeTarget(source, target);
  const isSwapped = input.restorePoint?.restorePoint === 'swap';
  return {
    operation,
    source: source.environment,
    target: target.environment,
    createdAt: createdAt.toISOString(),
    options,
    schema: { operation, name: 'schema.json' },
    sourceFingerprint: source.fingerprint,
    units: planUnits(tables, input.splitKeys),
    lanes,
    emptied: [...empty.emptied].map(([table, reason]) => ({ table, reason })),
    nulled: listNulled(source.tables, empty),
    neutralized: [...input.neutralized],
    accepted: [...(input.accepted ?? [])],
    leftOut: leftOutOf(source, target),
    keptExtensions: isSwapped ? [] : target.keptExtensions,
    createsDatabase: !target.exists,
    createsRoles: judgement.createsRoles,
    skippedOwners: judgement.skippedOwners,
    warnings: [
      ...(input.warnings ?? []),
      ...ignoredRules(options),
      ...unmatchedPatterns(source.tables, systems, options),
      ...roles.warnings,
      ...judgement.warnings,
    ],
    refusals: [...judgement.refusals, ...undroppableRefusals(target, input.undroppable)],
    restorePoint: target.exists ? 'archive' : 'drop database',
    ...input.restorePoint,
  };
}

function requireAllowedData({ options, source, sourceType, allowsRawData, target }: PlanInput): void {
  if (options.anonymizeData || sourceType !== 'production' || allowsRawData) return;
  throw new SafetyError(
    'RAW_DATA_REFUSED',
    `the configuration of ${target.environment} does not allow unmasked data of ${source.environment}`,
    { next: `Set "allowRawData": true on the environment ${target.environment}, or clone with masking.` },
  );
}

/** Kept rows go where they were, with what they lead to. */
function requireKeepable(tables: readonly TablePlan[], { nulled }: EmptyTables): void {
  for (const table of tables) {
    if (table.keptRows === undefined) continue;
    const label = relationLabel(table);
    const lost = nulled.get(label)?.keys().next().value;
    const why = table.into
      ? 'masking its partition key may move any row to another partition'
      : lost && `${lost} leads to a table that stays empty`;
    if (why)
      throw new ConfigurationError(
        'RULE_INVALID',
        `envclone.rules.json: keepRows: rows of ${label} cannot stay: ${why}`,
      );
  }
}

function unloggedOnStandby({ isStandby, tables }: SchemaDefinition): [string, string][] {
  const unlogged = isStandby ? tables.filter((table) => table.isUnlogged) : [];
  return unlogged.map((table) => [relationLabel(table), 'it is unlogged, and a standby has no rows of it']);
}

function ignoredRules({ anonymizeData, customAnonymizationRules = [] }: CloneOptions): string[] {
  return !anonymizeData && customAnonymizationRules.length > 0
    ? ['customAnonymizationRules are not followed: anonymizeData is false']
    : [];
}

function nullRules({ nulled }: EmptyTables): RulesByTable {
  return new Map(
    [...nulled].map(([table, columns]) => [
      table,
      new Map<string, ColumnRule>([...columns.keys()].map((column) => [column, NULL_RULE])),
    ]),
  );
}
