import type { RestorePointRef } from './artifacts.js';

/** What `envclone restore-points` lists. */
export interface RestorePointSummary extends RestorePointRef {
  /** ISO 8601, UTC. */
  createdAt: string;
  /** The operation that made it. */
  operation: string;
  /**
   * `archive`: schema and rows in the artifact store. `database`: what was the target, under another name on its server. `drop database`: there was no
   * database; undoing removes it.
   */
  kind: 'archive' | 'database' | 'drop database';
  tables: number;
  /** Of a `database`, as its server's statistics had them. */
  records: number;
  /** Compressed; of a `database`, on its server's disk. */
  sizeBytes: number;
  /** Of the last time when somebody had it read back. */
  verification?: Verification;
}

/** What reading a restore point back came to. */
export interface Verification {
  /** ISO 8601, UTC. */
  at: string;
  result: 'sound' | 'damaged';
  /** Of one that is damaged: which file, and how. */
  why?: string;
}

/** A restore point that went, or would go. */
export interface PrunedRestorePoint extends RestorePointRef {
  /** Compressed. */
  sizeBytes: number;
  why: 'too many' | 'too old' | 'too large together' | 'incomplete';
}
