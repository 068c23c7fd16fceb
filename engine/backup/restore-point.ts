import type { ArtifactRef, RestorePointRef } from '../../contracts/artifacts.js';
import type { RestorePointSummary } from '../../contracts/backup.js';
import type { RelationName } from '../../contracts/relations.js';
import type { SchemaDefinition } from '../../contracts/schema.js';

/** The rows of one table, as a file of the archive. */
export interface ArchivedTable extends RelationName {
  /** The artifact's name: COPY's bytes, compressed. */
  file: string;
  columns: string[];
  /** Binary only where it means the same in a schema that was built anew. */
  format: 'binary' | 'text';
  rows: number;
  /** Of the file, compressed. */
  sizeBytes: number;
  /** Of the file, compressed; hexadecimal. */
  sha256: string;
}

/** Schema and rows of a target. */
export interface Archive extends RestorePointSummary {
  kind: 'archive';
  schema: SchemaDefinition;
  archived: ArchivedTable[];
}

/** There was no database: returning to this point removes it. */
export interface EmptyPoint extends RestorePointSummary {
  kind: 'drop database';
}

export type RestorePoint = Archive | EmptyPoint;

/** What `manifest.json` holds. It is written last: without it there is no restore point. */
export interface Manifest {
  summary: RestorePointSummary & { kind: RestorePoint['kind'] };
  archived: ArchivedTable[];
  /** Of `schema.json`. */
  schemaSha256?: string;
}

export const MANIFEST = 'manifest.json';

/** What reading it back came to. Not part of what is restored, and so of no checksum. */
export const VERIFICATION = 'verification.json';

const OPERATION_PREFIX = 'restore-point';

/** Where a restore point is kept. The artifact store knows it as an operation of its own, so that it outlives the one that made it. */
export function artifactOf({ environment, id }: RestorePointRef, name: string): ArtifactRef {
  return { operation: `${operationsOf(environment)}${id}`, name };
}

/** What the names of an environment's restore points begin with. */
export function operationsOf(environment: string): string {
  return `${OPERATION_PREFIX}@${environment}@`;
}

/** Everything of a restore point but what lists show. */
export function isSealedPart({ operation, name }: ArtifactRef): boolean {
  return operation.startsWith(`${OPERATION_PREFIX}@`) && name !== MANIFEST && name !== VERIFICATION;
}
