import type { AnonymizationReport, AnonymizationRule } from './anonymization.js';
import type { ArtifactRef, RestorePointRef } from './artifacts.js';
import type { RestoreStrategy } from './environments.js';
import type { ErrorCode } from './error-codes.js';
import type { Intervention, OnTrouble } from './recovery.js';
import type { CopyProof, ValidationResult } from './validation.js';

export interface CloneOptions {
  /** Mask by the rules. `false` is refused from production unless the target's configuration has `allowRawData`. Default `true`. */
  anonymizeData: boolean;
  /** Copy the rows of the audit system. Default `true`. */
  includeAuditLogs: boolean;
  /** Copy the rows of the conversations system. Default `true`. */
  includeConversations: boolean;
  /** Copy the rows of the reservations system. Default `true`. */
  includeReservations: boolean;
  /** Keep who is administrator, manager, member; otherwise role columns get their default. Default `true`. */
  preserveUserRoles: boolean;
  /** Override `envclone.rules.json` for this run. */
  customAnonymizationRules?: AnonymizationRule[];
  /**
   * Ask the source again, inside the copy's snapshot, before that ends: `counts` compares the number of each table's rows with the target's,
   * `checksums` also a hash of all unmasked columns. Default: what both servers said of each COPY, and the target's own count of its rows.
   */
  verify?: CopyProof;
  /** Default: what the target's configuration says, else `auto`. `none` only where that says `none`. */
  restorePoint?: RestoreStrategy;
}

/** The input of `cloneEnvironment`: what the SDK, the `temporal` CLI and the UI send. Names only. */
export interface CloneInput {
  source: string;
  target: string;
  options?: Partial<CloneOptions>;
  /** The target's name, repeated: the proof that whoever asks knows what will be replaced. */
  confirm?: string;
  /** Who asked, for the audit trail. */
  requestedBy?: string;
  /** A clone that fails validation is rolled back, unless this is `keep`. */
  onInvalid?: 'rollback' | 'keep';
  /** Where a person is needed. Default: what the configuration says, else `wait`. */
  onTrouble?: OnTrouble;
}

export interface ValidateInput {
  environment: string;
  /** Compare with the plan of this clone; without one the environment is checked for itself. */
  operation?: string;
}

export const ROLLBACK_COMPONENTS = ['data', 'schema', 'policies', 'functions', 'triggers'] as const;

/**
 * What of an environment is taken back. `data`: rows. `schema`: every definition, present rows kept. `policies`: policies of rows, and whether they are enabled and
 * forced. `functions`: functions, procedures and aggregates. `triggers`: triggers and event triggers, and whether they are enabled.
 */
export type RollbackComponent = (typeof ROLLBACK_COMPONENTS)[number];

/** Parts of an environment; without any, all of it. */
export interface RollbackParts {
  /** `schema.table`, or `table` of schema `public`; partitions go with their table. Definitions and rows, unless `components` says which. */
  tables?: string[];
  components?: RollbackComponent[];
  /** Takes tables back too whose rows reference rows that would go. Default `false`: the rollback is refused with their list. */
  cascade?: boolean;
}

export interface RollbackInput extends RollbackParts {
  environment: string;
  /** A restore point's id; the newest one when absent. */
  restorePoint?: string;
  confirm?: string;
  requestedBy?: string;
  /** Of parts: does everything in a transaction, tells what it came to, and takes it back. Default `false`. */
  dryRun?: boolean;
  /** Where a person is needed. Default: what the configuration says, else `wait`. */
  onTrouble?: OnTrouble;
}

export interface RecoverInput {
  environment: string;
  confirm?: string;
  requestedBy?: string;
}

export interface CloneStatistics {
  tablesCloned: number;
  recordsCloned: number;
  recordsAnonymized: number;
  functionsCloned: number;
  triggersCloned: number;
  /** For people: `1.3 GB`. */
  totalSizeCloned: string;
  totalBytesCloned: number;
  /** Milliseconds from the guard's admission to the stamp. */
  duration: number;
}

export interface CloneLog {
  /** ISO 8601, UTC. */
  timestamp: string;
  level: 'info' | 'warning' | 'error';
  component: string;
  message: string;
}

/** Something the clone made harmless in the target, so that it reaches nobody. */
export interface NeutralizedObject {
  /** `trigger`, `server`, `user mapping`, `subscription`, `cron job` */
  kind: string;
  /** Schema-qualified name as PostgreSQL quotes it. */
  name: string;
  reason: string;
}

export type CloneStage =
  | 'guard'
  | 'analyze'
  | 'backup'
  | 'migrate'
  | 'copy'
  | 'finish'
  | 'validate'
  | 'swap'
  | 'undo'
  | 'done';

/** How much of a clone is done when a stage starts, in percent; the copy's share is by bytes. */
export const STAGE_STARTS_AT: Record<CloneStage, number> = {
  guard: 0,
  analyze: 2,
  backup: 6,
  migrate: 12,
  copy: 18,
  finish: 80,
  validate: 90,
  swap: 98,
  undo: 0,
  done: 100,
};

export interface CopyProgress {
  tables: number;
  doneTables: number;
  sizeBytes: number;
  doneBytes: number;
  doneRows: number;
  /** `schema.table` of what is being copied now. */
  current: string[];
  /** `sizeBytes` of the units being copied now, by number: no unit counts for more, however long its COPY is. */
  currentSizes?: Record<number, number>;
  /** Units being copied now, as their last heartbeats say: the client adds it, and counts them into the numbers above. */
  running?: CopyHeartbeat[];
  /** Over the last half minute of watching. Absent until two looks differ. */
  bytesPerSecond?: number;
  /** Until the last row, at that rate. Keys and checks come after it. */
  etaSeconds?: number;
}

export interface OperationFailure {
  code: ErrorCode | 'CANCELLED' | 'UNKNOWN';
  message: string;
  /** What to do next. */
  next?: string;
  /** What the target is now. */
  target: 'untouched' | 'restored' | 'not restored' | 'kept';
}

/** One run of a workflow, as `progress`, the SDK and the command line show it. */
export interface CloneOperation {
  id: string;
  sourceEnvironment: string;
  targetEnvironment: string;
  status: 'pending' | 'in_progress' | 'waiting' | 'completed' | 'failed';
  stage: CloneStage;
  paused: boolean;
  /** 0 to 100. */
  progress: number;
  startedAt: string;
  completedAt?: string;
  copy?: CopyProgress;
  logs: CloneLog[];
  statistics: CloneStatistics;
  /** Of one that waits for a person. */
  intervention?: Intervention;
  failure?: OperationFailure;
}

/** What `cloneEnvironment` returns and `envclone clone --json` prints. */
export interface CloneResult {
  operationId: string;
  status: 'completed' | 'kept_invalid';
  statistics: CloneStatistics;
  validation: ValidationResult;
  anonymization: AnonymizationReport[];
  neutralized: NeutralizedObject[];
  warnings: string[];
  restorePoint: RestorePointRef | null;
  report: ArtifactRef;
}

export interface RollbackResult {
  operationId: string;
  environment: string;
  restorePoint: RestorePointRef;
  tables: number;
  records: number;
  validation: ValidationResult;
  /** Of a rollback of parts. */
  changes?: RollbackChanges;
  /** Nothing was changed: it was only tried. */
  dryRun?: true;
}

/** What a rollback of parts changed, or would. Names and counts, never a row's value. */
export interface RollbackChanges {
  /** Whose rows were taken back. */
  tables: RolledBackTable[];
  /** Definitions, by kind and name. */
  objects: RolledBackObject[];
  /** What the restore point does not have, and so stayed. */
  kept: string[];
}

export interface RolledBackTable {
  /** `schema.table` */
  table: string;
  rowsBefore: number;
  rowsAfter: number;
  /** Because its rows referenced rows that went. */
  cascaded?: true;
}

export interface RolledBackObject {
  kind: string;
  name: string;
  /** `remade`: what it was made of, or depends on, was replaced; its definition and its rows are the same. */
  change: 'dropped' | 'made' | 'replaced' | 'remade';
}

/** What became of what operations left on an environment that ended without their undo. */
export interface RecoverResult {
  operationId: string;
  environment: string;
  /** Databases that were built beside it. */
  dropped: string[];
  /** The operation whose changes are undone: the environment is what it was before. */
  undone?: string;
  /** The operation that left no way back: what the environment holds stays, until the next clone replaces it. */
  stays?: string;
}

/** How far one copying activity is, as its heartbeats say: what it has copied of its unit. */
export interface CopyHeartbeat {
  unit: number;
  /** `schema.table`, of the table being copied. */
  table: string;
  /** The limit of the source that holds the copy back just now, with figures. */
  waitsFor?: string;
  rows: number;
  bytes: number;
}
