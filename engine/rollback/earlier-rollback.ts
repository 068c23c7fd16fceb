import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError } from '../../contracts/errors.js';
import type { ConfirmedTarget } from '../safety/proofs.js';

/** What the session of a rollback is named by, beside its operation. */
export const ROLLBACK_PURPOSE = 'rollback';

const PATIENCE_MS = 20_000;
const POLL_MS = 50;

/**
 * Ends what an earlier attempt of the same operation is still doing: a server notices late that a worker died, and would commit or hold locks
 * meanwhile. @throws ConnectionError `CONNECTION_FAILED` when it does not end
 */
export async function endEarlierRollback(
  target: ConfirmedTarget,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  await using session = await target.connect({ purpose: ROLLBACK_PURPOSE, ...(signal && { signal }) });
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const ended = await session.query(END_SESSIONS);
    if (ended.length === 0) return;
    signal?.throwIfAborted();
  }
  throw new ConnectionError(
    'CONNECTION_FAILED',
    `an earlier attempt of this rollback still works on ${target.environment}`,
  );
}

const END_SESSIONS = `
  select pg_terminate_backend(a.pid)
    from pg_stat_activity a
   where a.datname = current_database()
     and a.pid <> pg_backend_pid()
     and a.application_name = current_setting('application_name')`;
