import { ConnectionError } from '../../contracts/errors.js';
import type { DatabaseAddress } from '../environments/database-url.js';
import type { Session } from '../postgres/session.js';

/** Supabase's and PgBouncer's port for transaction pooling. */
const TRANSACTION_PORTS = new Set([6543]);

/** Refuses what the URL alone gives away. @throws ConnectionError `POOLER_NOT_SUPPORTED` */
export function refusePoolerUrl(environment: string, address: DatabaseAddress): void {
  const { host, port, parameters } = address;
  if (TRANSACTION_PORTS.has(port)) throw poolerError(environment, address, `port ${port} is for transaction pooling`);
  if (parameters.get('pgbouncer') === 'true')
    throw poolerError(environment, address, `the URL says pgbouncer=true (${host})`);
}

/**
 * Refuses what behaves like a transaction pooler: two sessions that are open at once share a server process, or one session changes its own.
 * @throws ConnectionError `POOLER_NOT_SUPPORTED`
 */
export async function refusePooledSessions(
  environment: string,
  address: DatabaseAddress,
  pair: [Session, Session],
): Promise<void> {
  const [first, second] = pair;
  const seen: [number[], number[]] = [[], []];
  for (let round = 0; round < 2; round++) {
    seen[0].push(await backendOf(first));
    seen[1].push(await backendOf(second));
  }
  const [ofFirst, ofSecond] = [new Set(seen[0]), new Set(seen[1])];
  if (ofFirst.size === 1 && ofSecond.size === 1 && seen[0][0] !== seen[1][0]) return;
  throw poolerError(environment, address, 'sessions share server processes');
}

async function backendOf(session: Session): Promise<number> {
  return (await session.one<{ pid: number }>('select pg_backend_pid() as pid')).pid;
}

function poolerError(environment: string, { host, port, database }: DatabaseAddress, why: string): ConnectionError {
  const isSupabase = /\.pooler\.supabase\.com$/.test(host);
  return new ConnectionError(
    'POOLER_NOT_SUPPORTED',
    `DATABASE_URL of ${environment} leads to a transaction pooler (${host}:${port}/${database}): ${why}. It can hold neither a snapshot nor a lock.`,
    {
      next: isSupabase
        ? `Use port 5432 of ${host} (session mode), or the direct connection db.<project>.supabase.co:5432.`
        : 'Use the direct connection of the server, mostly port 5432, or set the pooler to pool_mode = session.',
    },
  );
}
