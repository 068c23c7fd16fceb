import type { AnonymizationReport, OverridingRule } from './anonymization.js';
import type { RestorePointRef } from './artifacts.js';
import type { CloneLog, CloneStatistics, NeutralizedObject, OperationFailure, RollbackChanges } from './clone.js';
import type { LeftOut } from './plan.js';
import type { ValidationResult } from './validation.js';

/** Something that happened in an operation. Names and counts, never a row's value. */
export interface CloneEvent extends CloneLog {
  metadata?: Record<string, unknown>;
}

export type OperationKind = 'clone' | 'sync' | 'rollback' | 'validation';

/** What the workflow knows when an operation ends, failed ones included. */
export interface OperationOutcome {
  kind: OperationKind;
  status: 'completed' | 'kept_invalid' | 'failed';
  source?: string;
  target: string;
  requestedBy?: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  completedAt: string;
  /** Milliseconds by stage, in the order they ran. */
  timings: Record<string, number>;
  statistics?: CloneStatistics;
  restorePoint?: RestorePointRef;
  failure?: OperationFailure;
}

export interface ReportedTable {
  /** `schema.table` */
  table: string;
  rows: number;
  bytes: number;
  /** Columns whose rule changes their values. */
  maskedFields: string[];
  /** Values that a rule changed. */
  maskedValues: number;
  /** In its copying transactions, added up: several may run at once. Absent when they were not timed. */
  milliseconds?: number;
}

/** What one stage took, and what it moved. */
export interface ReportedStage {
  stage: string;
  wallMs: number;
  /** Of the workers' processes, theirs alone: what the databases compute is not in it. Absent when nothing was measured. */
  cpuMs?: number;
  rows?: number;
  bytes?: number;
  maskedValues?: number;
}

/** What masking was made of, and what it did. */
export interface MaskingReport {
  /** Of the words that names, addresses and texts are made of: with other words, the same key makes other values. */
  dictionary: string;
  /** Rules of this run that came before the file's. */
  overriding: OverridingRule[];
  tables: AnonymizationReport[];
}

/** What a rollback brought back. */
export interface RollbackReport {
  /** What it returned to. */
  restorePoint: RestorePointRef;
  tables: number;
  records: number;
  /** Of parts. */
  changes?: RollbackChanges;
}

/** Everything an operation did, as it was measured. */
export interface OperationReport {
  operation: string;
  /** Absent while the operation runs, and when its worker died before it could say. */
  outcome?: OperationOutcome;
  /** `unfinished`: no outcome was recorded. */
  status: OperationOutcome['status'] | 'unfinished';
  source?: string;
  target?: string;
  /** In the order they ran. */
  stages: ReportedStage[];
  tables: ReportedTable[];
  emptied: { table: string; reason: string }[];
  nulled: { table: string; column: string; reason: string }[];
  neutralized: NeutralizedObject[];
  leftOut: LeftOut[];
  warnings: string[];
  /** Absent when nothing was masked. */
  masking?: MaskingReport;
  validation?: ValidationResult;
  rollback?: RollbackReport;
  /** Warnings and errors, and the newest of the others. */
  events: CloneEvent[];
}
