import type { SchemaStatement } from '../../contracts/schema.js';
import { postgresFields, translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget, ConnectInput } from '../safety/proofs.js';
import { withoutGrantor } from './grantor.js';

/** Settings under which pg_dump means its statements. */
const SESSION_SETTINGS = `
  set check_function_bodies = false;
  set row_security = off;
  set client_min_messages = 'error';
  set standard_conforming_strings = on;
  set default_tablespace = '';
  set default_table_access_method = heap;
  set search_path = ''`;

/** A session on which the statements of a dump mean what pg_dump meant. `settings` is SQL for more of them. */
export async function openSchemaSession(
  target: ConfirmedTarget,
  { settings = '', ...input }: ConnectInput & { settings?: string },
): Promise<Session> {
  const session = await target.connect(input);
  try {
    await session.query(`${SESSION_SETTINGS};${settings}`);
    return session;
  } catch (error) {
    await session.close();
    throw schemaFailure(error, session, 'preparing a session');
  }
}

export interface ApplyBatchOptions {
  /** What is there already stays: for an attempt after one that may have come far. Default `false`. */
  tolerateExisting?: boolean;
}

/** All at once; when the server refuses that, one by one, which finds the statement and needs the fewest locks. */
export async function applyBatch(
  session: Session,
  batch: readonly SchemaStatement[],
  { tolerateExisting = false }: ApplyBatchOptions = {},
): Promise<void> {
  if (batch.length > 1) {
    try {
      await session.query(batch.map(({ sql }) => sql).join(';\n'));
      return;
    } catch (error) {
      const code = postgresFields(error)?.code;
      if (code === undefined || code === CANCELLED) throw schemaFailure(error, session, 'applying the schema');
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
    const other = otherForm(statement.sql, code);
    if (other !== statement.sql) return applyOne(session, { ...statement, sql: other }, tolerateExisting);
    throw schemaFailure(error, session, `creating ${statement.kind} ${statement.name}`);
  }
}

/** The statement as this role, or an older server, may take it. */
export function otherForm(sql: string, code: string | undefined): string {
  if (code === INSUFFICIENT_PRIVILEGE) return withoutGrantor(sql);
  return code === SYNTAX_ERROR ? sql.replace(SEQUENCE_PERSISTENCE, '') : sql;
}

const SYNTAX_ERROR = '42601';
/** A line of an identity's sequence that servers before 15 do not know: theirs are always logged. */
const SEQUENCE_PERSISTENCE = /^ +(?:UN)?LOGGED\n/m;

const DUPLICATES = new Set(['42P06', '42P07', '42710', '42723', '42701', '42P16', '55000']);
const DUPLICATE_SCHEMA = '42P06';
const INSUFFICIENT_PRIVILEGE = '42501';
const CANCELLED = '57014';

/** A platform's own schemas and extensions are there before the clone, and belong to somebody else. */
function isTolerated({ kind, name }: SchemaStatement, code = '', tolerateExisting: boolean): boolean {
  if (kind === 'schema' && code === DUPLICATE_SCHEMA) return true;
  if (kind === 'comment' && name.startsWith('extension ') && code === INSUFFICIENT_PRIVILEGE) return true;
  return tolerateExisting && DUPLICATES.has(code);
}

/** What a statement about the schema failed with, coded and without what rows hold. */
export function schemaFailure(error: unknown, { environment }: Session, doing: string): Error {
  return translatePostgresError(error, { doing, environment, otherwise: 'SCHEMA_STATEMENT_FAILED' });
}
