import pg, { type ClientConfig } from 'pg';
import { isConnectionLoss, postgresFields } from './errors.js';
import type { OtherEnd } from './line-watch.js';

/** Asks a server, over a connection of its own, what the session with that process id is doing; without one, whether it answers. Never throws. */
export async function lookAtSession(
  config: ClientConfig,
  { pid, patienceMs }: { pid: number | undefined; patienceMs: number },
): Promise<OtherEnd> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: patienceMs, query_timeout: patienceMs });
  client.on('error', () => {}); // the query under way rejects
  try {
    await client.connect();
    const { rows } = await client.query<{ state: string | null; event: string | null }>(ACTIVITY, [pid ?? 0]);
    return pid === undefined ? 'alive' : otherEndOf(rows[0]);
  } catch (error) {
    return isUnreachable(error) ? 'unreachable' : 'alive';
  } finally {
    void client.end();
    setTimeout(() => (client as unknown as { connection: pg.Connection }).connection.stream.destroy(), 1_000).unref();
  }
}

const ACTIVITY = 'select state, wait_event as event from pg_stat_activity where pid = $1';

function otherEndOf(activity: { state: string | null; event: string | null } | undefined): OtherEnd {
  if (!activity || activity.state?.startsWith('idle')) return 'lost';
  if (activity.event === 'ClientWrite') return 'sending';
  return activity.event === 'ClientRead' ? 'receiving' : 'alive';
}

/** A server that refuses is there. */
function isUnreachable(error: unknown): boolean {
  return postgresFields(error) === undefined && (isConnectionLoss(error) || /timeout/i.test(String(error)));
}
