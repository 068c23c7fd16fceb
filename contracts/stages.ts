import type { ArtifactRef, RestorePointRef } from './artifacts.js';
import type { RestorePointSummary } from './backup.js';
import type {
  CloneInput,
  CloneOptions,
  CopyProgress,
  OperationFailure,
  RecoverInput,
  RollbackChanges,
  RollbackInput,
  RollbackParts,
  ValidateInput,
} from './clone.js';
import type { EnvironmentType } from './environments.js';
import type { Intervention, Resolution } from './recovery.js';

/** What the guard admitted: names and choices. Every activity that destroys has it proven again. */
export interface TargetGrant {
  operation: string;
  target: string;
  confirm: string;
  requestedBy?: string;
  /** How long a step that needs a person waits for one. Absent: it does not. */
  waitMs?: number;
  /** `beside`: activities work on the database that the operation builds beside the target's own. */
  built?: 'beside';
}

/**
 * The grant for the database that the operation builds beside the target's own. It has a confirmation of its own: a worker of a version that knows
 * of no such database would take the target for it, and refuses this.
 */
export function besideGrant<Grant extends TargetGrant>(grant: Grant): Grant {
  return { ...grant, built: 'beside', confirm: besideConfirmation(grant.confirm) };
}

/** `target`: as it was confirmed. */
export function besideConfirmation(target: string): string {
  return `beside ${target}`;
}

export interface CloneGrant extends TargetGrant {
  source: string;
  sourceType: EnvironmentType;
  options: CloneOptions;
}

export interface AdmitCloneInput {
  operation: string;
  input: CloneInput;
}

/** A stage's input: who may do it, and the plan to follow. */
export interface PlannedStage {
  grant: CloneGrant;
  plan: ArtifactRef;
}

export interface HoldSnapshotInput extends PlannedStage {
  epoch: string;
}

/** What the snapshot's holder signals. */
export interface HeldSnapshot {
  epoch: string;
  snapshot: string;
}

export interface CopyUnitInput extends PlannedStage {
  /** Index in the plan's units. */
  unit: number;
  held: HeldSnapshot;
}

/** A unit of the plan that is still to be copied. */
export interface UnitLeft {
  /** Index in the plan's units. */
  unit: number;
  /** Its first table; its only one when other units copy rows of it too. */
  table: string;
  /** How many it has. */
  tables: number;
  sizeBytes: number;
}

/** Where the copy of one epoch stands. */
export interface CopyUnitsInput extends PlannedStage {
  held: HeldSnapshot;
  /** Units copied at the same time. */
  lanes: number;
  historyLimit?: number | undefined;
  left: UnitLeft[];
  /** Units whose tables have landed, without keys yet. */
  landed: number[];
  progress: CopyProgress;
}

/** Once the tables of a unit have landed. */
export type BuildKeysInput = Omit<CopyUnitInput, 'held'>;

export interface UnitTotals {
  tables: number;
  rows: number;
  bytes: number;
}

export interface RestorePointInput {
  grant: TargetGrant;
  point: RestorePointRef;
}

export interface RollBackPartsInput extends RestorePointInput {
  /** Of the restore point. */
  kind: RestorePointSummary['kind'];
  parts: RollbackParts;
  /** What the target was before, as a restore point; absent: it is only tried. */
  before?: RestorePointRef;
}

export interface CompleteRollbackInput extends RestorePointInput {
  /** Absent: the restore point is in the artifact store. */
  kind?: 'database';
  /** Of a rollback of parts: what it changed. */
  changes?: RollbackChanges;
  /** Absent in operations of earlier versions. */
  startedAt?: string;
  /** Milliseconds by stage. */
  timings?: Record<string, number>;
}

export interface AdmitRecoveryInput {
  operation: string;
  input: RecoverInput;
}

export interface AdmitRollbackInput {
  operation: string;
  input: RollbackInput;
}

export interface ValidateEnvironmentInput {
  operation: string;
  input: ValidateInput;
}

export interface ValidateCloneInput extends PlannedStage {
  onInvalid: 'rollback' | 'keep';
}

export interface RecordFailureInput {
  operation: string;
  source?: string;
  target: string;
  requestedBy?: string;
  failure: OperationFailure;
  startedAt: string;
  /** Milliseconds by stage. */
  timings: Record<string, number>;
}

export interface RecordInterventionInput {
  operation: string;
  target: string;
  requestedBy?: string;
  intervention: Intervention;
  /** Absent: it begins to wait. `none`: nobody answered. */
  answer?: Resolution | 'none';
}

export interface CompleteCloneInput extends PlannedStage {
  /** `null`: the target's configuration wants none. */
  point: RestorePointRef | null;
  startedAt: string;
  /** Milliseconds by stage. */
  timings: Record<string, number>;
}
