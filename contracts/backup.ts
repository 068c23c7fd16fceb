import type { RestorePointRef } from './artifacts.js';

/** What `envclone restore-points` lists. */
export interface RestorePointSummary extends RestorePointRef {
  /** ISO 8601, UTC. */
  createdAt: string;
  /** The operation that made it. */
  operation: string;
  /** `archive`: schema and rows in the artifact store. `drop database`: there was no database; undoing removes it. */
  kind: 'archive' | 'drop database';
  tables: number;
  records: number;
  /** Compressed. */
  sizeBytes: number;
}
