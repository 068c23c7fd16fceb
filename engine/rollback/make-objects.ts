import { describePostgresError, postgresFields } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import { otherForm, schemaFailure } from '../schema/schema-session.js';
import type { StatementObject } from './statement-object.js';

/** A statement that could not run, and what PostgreSQL said. */
export interface Unmade {
  each: StatementObject;
  reason: string;
}

/**
 * Runs statements inside the transaction. One that fails is tried again when others have been made: statements of two dumps are in the order of
 * neither. Returns those that failed to the end.
 */
export async function makeObjects(session: Session, statements: readonly StatementObject[]): Promise<Unmade[]> {
  let pending: Unmade[] = statements.map((each) => ({ each, reason: '' }));
  for (;;) {
    const failed: Unmade[] = [];
    for (const { each } of pending) {
      const reason = await tryStatement(session, each.statement.sql);
      if (reason !== undefined) failed.push({ each, reason });
    }
    if (failed.length === 0 || failed.length === pending.length) return failed;
    pending = failed;
  }
}

/** Runs one; when PostgreSQL refuses it, nothing has happened, and the reason is returned. */
export async function tryStatement(session: Session, sql: string): Promise<string | undefined> {
  await session.query('savepoint making');
  try {
    await session.query(sql);
    await session.query('release making');
    return undefined;
  } catch (error) {
    const code = postgresFields(error)?.code;
    if (code === undefined || FATAL.has(code)) throw schemaFailure(error, session, 'making objects again');
    await session.query('rollback to making');
    const other = otherForm(sql, code);
    return other === sql ? describePostgresError(error) : tryStatement(session, other);
  }
}

/** Cancelled; no room; a lock that somebody holds; more locks than the server has. Trying others does not help. */
const FATAL = new Set(['57014', '53100', '53200', '55P03', '40P01']);
