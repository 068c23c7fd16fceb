import type { SchemaStatement } from '../../contracts/schema.js';
import { postgresFields, translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { withoutGrantor } from './grantor.js';
import { aboutAny } from './satellites.js';

export interface ApplyOptions {
  signal?: AbortSignal;
  /** Called with the number of statements done. */
  onProgress?(done: number): void;
  /** What is there already stays: for an attempt after one that may have come far. Default `false`. */
  tolerateExisting?: boolean;
}

/** One transaction and one round trip; a bigger one would need more locks than a server has by default. */
const BATCH = 500;

/** Each takes as long as its table is big, so each is its own transaction: done is done. */
const LONG_KINDS = new Set(['index', 'primary key', 'unique', 'exclusion', 'foreign key', 'check', 'statistics']);

/** Settings under which pg_dump means its statements. */
const SESSION_SETTINGS = `
  set check_function_bodies = false;
  set row_security = off;
  set client_min_messages = 'error';
  set standard_conforming_strings = on;
  set default_tablespace = '';
  set default_table_access_method = heap;
  set search_path = ''`;

/**
 * Runs statements of a dump in their order, in batches. The caller undoes what a failure leaves.
 * @throws SchemaError `SCHEMA_STATEMENT_FAILED` with kind and name of the statement; DataError `CONSTRAINT_VIOLATED` when rows break a constraint
 */
export async function applyStatements(
  target: ConfirmedTarget,
  statements: readonly SchemaStatement[],
  { signal, onProgress, tolerateExisting = false }: ApplyOptions = {},
): Promise<void> {
  if (statements.length === 0) return;
  await using session = await target.connect({ purpose: 'apply-schema', ...(signal && { signal }) });
  await session.query(SESSION_SETTINGS);
  let done = 0;
  for (const batch of batchesOf(statements)) {
    await applyBatch(session, batch, tolerateExisting);
    signal?.throwIfAborted();
    done += batch.length;
    onProgress?.(done);
  }
}

function* batchesOf(statements: readonly SchemaStatement[]): Generator<SchemaStatement[]> {
  let batch: SchemaStatement[] = [];
  for (const statement of statements) {
    const isLong = LONG_KINDS.has(statement.kind);
    if (batch.length > 0 && (isLong || batch.length === BATCH)) {
      yield batch;
      batch = [];
    }
    if (isLong) yield [statement];
    else batch.push(statement);
  }
  if (batch.length > 0) yield batch;
}

/** All at once; when the server refuses that, one by one, which finds the statement and needs the fewest locks. */
async function applyBatch(session: Session, batch: SchemaStatement[], tolerateExisting: boolean): Promise<void> {
  if (batch.length > 1) {
    try {
      await session.query(batch.map(({ sql }) => sql).join(';\n'));
      return;
    } catch (error) {
      if (!postgresFields(error)) throw failed(error, session, 'applying the schema');
    }
  }
  for (const statement of batch) await applyOne(session, statement, tolerateExisting);
}

async function applyOne(session: Session, statement: SchemaStatement, tolerateExisting: boolean): Promise<void> {
  try {
    await session.query(statement.sql);
  } catch (error) {
    const code = postgresFields(error)?.code;
    if (isTolerated(statement, code, tolerateExisting)) return;
    const byOwner = code === INSUFFICIENT_PRIVILEGE ? withoutGrantor(statement.sql) : statement.sql;
    if (byOwner !== statement.sql) return applyOne(session, { ...statement, sql: byOwner }, tolerateExisting);
    throw failed(error, session, `creating ${statement.kind} ${statement.name}`);
  }
}

const DUPLICATES = new Set(['42P06', '42P07', '42710', '42723', '42701', '42P16', '55000']);
const DUPLICATE_SCHEMA = '42P06';
const INSUFFICIENT_PRIVILEGE = '42501';

/** A platform's own schemas and extensions are there before the clone, and belong to somebody else. */
function isTolerated({ kind, name }: SchemaStatement, code = '', tolerateExisting: boolean): boolean {
  if (kind === 'schema' && code === DUPLICATE_SCHEMA) return true;
  if (kind === 'comment' && name.startsWith('extension ') && code === INSUFFICIENT_PRIVILEGE) return true;
  return tolerateExisting && DUPLICATES.has(code);
}

function failed(error: unknown, { environment }: Session, doing: string): Error {
  return translatePostgresError(error, { doing, environment, otherwise: 'SCHEMA_STATEMENT_FAILED' });
}

/** The statements without those that make the given objects, or are about them. */
export function withoutObjects(
  statements: readonly SchemaStatement[],
  objects: readonly { kind: string; name: string }[],
): SchemaStatement[] {
  const isLeftOut = aboutAny(objects);
  return statements.filter((statement) => !isLeftOut(statement));
}

/** The statements without those that give objects to the roles, or act for them; such objects belong to the applying role. */
export function withoutOwners(statements: readonly SchemaStatement[], roles: readonly string[]): SchemaStatement[] {
  if (roles.length === 0) return [...statements];
  const left = new Set(roles);
  return statements.filter(({ kind, sql }) => {
    const pattern = kind === 'owner' ? OWNER : kind === 'default privilege' ? ACTING_ROLE : undefined;
    const [, quoted, plain = ''] = pattern?.exec(sql) ?? [];
    return pattern === undefined || !left.has(quoted?.replaceAll('""', '"') ?? plain);
  });
}

const OWNER = /.* OWNER TO (?:"((?:[^"]|"")+)"|(\S+))$/s;
const ACTING_ROLE = /^ALTER DEFAULT PRIVILEGES FOR ROLE (?:"((?:[^"]|"")+)"|(\S+))/;
