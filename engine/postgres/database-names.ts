import { createHash } from 'node:crypto';

interface NameInput {
  /** The target's database. */
  database: string;
  operation: string;
}

/** What every name of `buildingName` for one target begins with. */
export function buildingPrefix(database: string): string {
  return `envclone-building-${shortHash(database)}-`;
}

/** Of the database that a clone is built in, beside its target. */
export function buildingName({ database, operation }: NameInput): string {
  return fitting(`${buildingPrefix(database)}${operation}`);
}

/** What every name of `keptName` for one target begins with. */
export function keptPrefix(database: string): string {
  return `envclone-before-${shortHash(database)}-`;
}

/** Of the database that was the target until this operation. */
export function keptName({ database, operation }: NameInput): string {
  return fitting(`${keptPrefix(database)}${operation}`);
}

/** PostgreSQL cuts names at 63 bytes; two of them must not become one by that. */
const MAX_BYTES = 63;
const HASH_LENGTH = 6;

function fitting(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  let head = name;
  while (Buffer.byteLength(head) > MAX_BYTES - HASH_LENGTH - 1) head = Array.from(head).slice(0, -1).join('');
  return `${head}-${shortHash(name)}`;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
}
