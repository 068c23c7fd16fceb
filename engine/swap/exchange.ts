import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError } from '../../contracts/errors.js';
import { postgresFields, translatePostgresError } from '../postgres/errors.js';
import { quoteIdentifier } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { MAY_END } from './may-end.js';

export interface Renaming {
  from: string;
  to: string;
}

interface ExchangeInput {
  /** In this order: the name that one gives up may be the next one's. */
  renamings: readonly Renaming[];
  /** What else is changed in the same transaction, under the names of before. */
  statements: readonly string[];
  signal?: AbortSignal | undefined;
}

/** How long a session may go on with its transaction; PostgreSQL itself waits 5 s for a database to be left. */
const GRACE_MS = 2_000;
const PAUSE_MS = 40;
/** A worker that is gone in the middle of the exchange would keep everybody out; its own waits are the server's, and not idle. */
const IDLE_TIMEOUT = `set local idle_in_transaction_session_timeout = '10s'`;

/**
 * Renames databases and changes what belongs to it, all in one transaction: whoever looks finds everything done or nothing, whatever
 * breaks. From the first renaming on new connections to that name wait; sessions without a transaction are ended at once, the others when
 * theirs is over or its grace is. @throws ConnectionError `TARGET_IN_USE` with the roles that may not be ended; nothing has changed then
 */
export async function exchangeNames(target: ConfirmedTarget, input: ExchangeInput): Promise<void> {
  const { renamings, signal } = input;
  const databases = renamings.map(({ from }) => from);
  const aborting = signal ? { signal } : {};
  await using renaming = await target.connectMaintenance({ purpose: 'swap', ...aborting });
  await using ending = await target.connectMaintenance({ purpose: 'swap-end-sessions', ...aborting });
  const over = new AbortController();
  const ended = endSessions(ending, databases, over.signal);
  const renamed = renaming
    .transaction(async () => {
      await renaming.query(IDLE_TIMEOUT);
      for (const sql of input.statements) await renaming.query(sql);
      for (const { from, to } of renamings) {
        await renaming.query(`alter database ${quoteIdentifier(from)} rename to ${quoteIdentifier(to)}`);
      }
      over.abort();
      await ended; // whoever connects after the commit is in the database that has the name then, and stays
    })
    .finally(() => over.abort());
  try {
    await Promise.all([renamed, ended]);
  } catch (error) {
    await renamed.catch(() => {});
    signal?.throwIfAborted();
    if (postgresFields(error)?.code === OBJECT_IN_USE) throw await inUse(target, ending, databases);
    throw translatePostgresError(error, {
      doing: `renaming ${renamings.map(({ from, to }) => `${from} to ${to}`).join(' and ')}`,
      environment: target.environment,
      otherwise: 'SCHEMA_STATEMENT_FAILED',
    });
  }
}

const OBJECT_IN_USE = '55006';

async function endSessions(session: Session, databases: readonly string[], over: AbortSignal): Promise<void> {
  for (const startedAt = Date.now(); !over.aborted; ) {
    await session.query(END_SESSIONS, [databases, Date.now() - startedAt > GRACE_MS]);
    await sleep(PAUSE_MS, undefined, { signal: over }).catch(() => {}); // over
  }
}

const END_SESSIONS = `
  select pg_terminate_backend(a.pid)
    from pg_stat_activity a
    join pg_roles r on r.oid = a.usesysid
   where a.datname = any($1) and ${MAY_END} and ($2 or a.state = 'idle')`;

async function inUse(
  { environment }: ConfirmedTarget,
  session: Session,
  databases: readonly string[],
): Promise<ConnectionError> {
  const roles = await session.query<{ role: string; sessions: number }>(
    `select a.usename::text as role, count(*)::int as sessions
       from pg_stat_activity a
       join pg_roles r on r.oid = a.usesysid
      where a.datname = any($1) and not (${MAY_END})
      group by 1
      order by 1`,
    [databases],
  );
  const who = roles.map(({ role, sessions }) => `${role} (${sessions})`).join(', ') || 'somebody who left meanwhile';
  return new ConnectionError(
    'TARGET_IN_USE',
    `the database of ${environment} could not change its name: connected, and not to be ended by this role: ${who}`,
    { details: { roles } },
  );
}
