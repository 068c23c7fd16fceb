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
  return safeName(buildingPrefix(database), operation);
}

/** What every name of `keptName` for one target begins with. */
export function keptPrefix(database: string): string {
  return `envclone-before-${shortHash(database)}-`;
}

/** Of the database that was the target until this operation. */
export function keptName({ database, operation }: NameInput): string {
  return safeName(keptPrefix(database), operation);
}

/** PostgreSQL cuts names at 63 bytes. */
const MAX_BYTES = 63;
const HASH_LENGTH = 6;

/** What drivers and programs do not read alike in the path of a URL: a schedule's workflow ids have `:` in them. */
const UNSAFE = /[^A-Za-z0-9_.-]/g;

/** Two names must not become one by what is replaced or cut. */
function safeName(prefix: string, operation: string): string {
  const name = `${prefix}${operation}`;
  const safe = `${prefix}${operation.replace(UNSAFE, '_')}`;
  return safe === name && safe.length <= MAX_BYTES
    ? safe
    : `${safe.slice(0, MAX_BYTES - HASH_LENGTH - 1)}-${shortHash(name)}`;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
}
