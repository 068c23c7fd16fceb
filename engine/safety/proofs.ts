import type { EnvironmentType } from '../../contracts/environments.js';
import type { Session } from '../postgres/session.js';

declare const proof: unique symbol;

export interface ConnectInput {
  /** Shown in `pg_stat_activity` as `envclone:<operation>:<purpose>`. */
  purpose: string;
  /** Default: the operation that the proof was made for, if any. */
  operation?: string;
  /** As in `SessionInput`. */
  lockTimeoutMs?: number;
  signal?: AbortSignal;
}

/** A database that this process may read: every session is READ ONLY, and a production role was proven unable to write. */
export interface ReadOnlySource {
  readonly [proof]: 'read-only source';
  readonly environment: string;
  readonly type: EnvironmentType;
  /** For programs that connect themselves (pg_dump). Never log it. */
  readonly url: string;
  /** What the proof found harmless, and worth a word in the report. */
  readonly warnings?: readonly string[];
  connect(input: ConnectInput): Promise<Session>;
}

/** A database that this process may destroy: it was named, confirmed, and proven not to be production. */
export interface ConfirmedTarget {
  readonly [proof]: 'confirmed target';
  readonly environment: string;
  readonly type: EnvironmentType;
  readonly database: string;
  /** Of a building database: whose name it will take. Absent: this is the environment's own database. */
  readonly beside?: { readonly database: string; readonly operation: string };
  /** False while the database is still to be created. */
  readonly exists: boolean;
  /** For programs that connect themselves (pg_dump). Never log it. */
  readonly url: string;
  connect(input: ConnectInput): Promise<Session>;
  /** A session on another database of the same server, from which this one is created or dropped. */
  connectMaintenance(input: ConnectInput): Promise<Session>;
  /** Another database of the same server, to be read: what the target was before. */
  readBeside(database: string): ReadOnlySource;
}

/** Makes the proof. Called by the guard alone; dependency rules forbid every other import outside tests. */
export function proveReadOnlySource(source: Omit<ReadOnlySource, typeof proof>): ReadOnlySource {
  return source as ReadOnlySource;
}

/** Makes the proof. Called by the guard alone; dependency rules forbid every other import outside tests. */
export function proveTarget(target: Omit<ConfirmedTarget, typeof proof>): ConfirmedTarget {
  return target as ConfirmedTarget;
}
