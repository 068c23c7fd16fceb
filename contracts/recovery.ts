import type { ErrorCode } from './error-codes.js';

/** What is done about a failure. `skip` is a person's choice alone: leaving something out by itself would end in a target that is neither whole nor undone. */
export type RecoveryAction = 'retry' | 'skip' | 'rollback' | 'manual_intervention';

/** How an operation that waits is answered. */
export const RESOLUTIONS = ['retry', 'skip', 'rollback'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** What an operation does where a person is needed. */
export const ON_TROUBLE = ['wait', 'rollback'] as const;
export type OnTrouble = (typeof ON_TROUBLE)[number];

/** What an operation waits for. */
export interface Intervention {
  /** The stage or the compensation that failed. */
  step: string;
  code: ErrorCode | 'UNKNOWN';
  message: string;
  /** What a person has to do. */
  next: string;
  /** ISO 8601, UTC. */
  since: string;
  /** When it stops waiting: a stage is then rolled back; an undo ends where it is. ISO 8601, UTC. */
  until: string;
  choices: Resolution[];
}

/** The input of the update `resolve`. */
export interface ResolveInput {
  choice: Resolution;
  /** Who answers, for the audit trail. */
  requestedBy?: string;
}
