import { setTimeout as sleep } from 'node:timers/promises';
import { SchemaError } from '../../contracts/errors.js';
import type { RelationName } from '../../contracts/relations.js';
import type { Session } from '../postgres/session.js';

const PATIENCE_MS = 20_000;
const POLL_MS = 50;

/**
 * Ends the sessions of the same operation and purpose that still change the relations. A server notices late that a worker died: its index
 * build goes on, unseen by others until it commits, and a second build of the same name would fail.
 * @throws SchemaError `SCHEMA_STATEMENT_FAILED` when one does not end
 */
export async function endEarlierAttempt(session: Session, relations: readonly RelationName[]): Promise<void> {
  const names = [relations.map(({ schema }) => schema), relations.map(({ name }) => name)];
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const ended = await session.query(END_SESSIONS, names);
    if (ended.length === 0) return;
  }
  throw new SchemaError(
    'SCHEMA_STATEMENT_FAILED',
    `an earlier attempt still works on the same tables (${session.environment}) and cannot be ended`,
    { next: 'End the sessions of that application_name in pg_stat_activity, then clone again.' },
  );
}

/** ACCESS SHARE is taken by whoever analyzes a parent of the relation, which is no attempt at it. */
const END_SESSIONS = `
  select pg_terminate_backend(earlier.pid)
    from (
      select distinct a.pid
        from unnest($1::text[], $2::text[]) as wanted (schema, name)
        join pg_namespace n on n.nspname = wanted.schema
        join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
        join pg_locks l on l.locktype = 'relation' and l.relation = c.oid and l.mode <> 'AccessShareLock'
        join pg_stat_activity a on a.pid = l.pid
       where l.database = (select oid from pg_database where datname = current_database())
         and a.pid <> pg_backend_pid()
         and a.application_name = current_setting('application_name')
    ) as earlier`;
