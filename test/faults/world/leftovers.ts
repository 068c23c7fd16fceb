import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Side } from './databases.js';
import type { FaultWorld } from './fault-world.js';

/** What a server ends a moment after its client, and a worker after its operation. */
const PATIENCE_MS = 20_000;

export interface Looked extends Pick<FaultWorld, 'source' | 'target' | 'temporary' | 'store'> {}

export interface LeftoversInput {
  /** Restore points: of a database or archives. */
  mayKeep: boolean;
  /** Default 20 s. */
  patienceMs?: number;
}

/** What an operation that is over must not leave on either server or in temporary directories. */
export async function findLeftovers(
  world: Looked,
  { mayKeep, patienceMs = PATIENCE_MS }: LeftoversInput,
): Promise<string[]> {
  for (const until = Date.now() + patienceMs; ; await sleep(250)) {
    const found = await lookOnce(world, mayKeep);
    if (found.length === 0 || Date.now() > until) return found;
  }
}

async function lookOnce({ source, target, temporary, store }: Looked, mayKeep: boolean): Promise<string[]> {
  const onSource = await leftOn(source, 'source', ['production', 'template_source']);
  const onTarget = await leftOn(target, 'target', ['clone', 'template_target']);
  const files = (await readdir(temporary)).map((file) => `temporary file ${file}`);
  const archives = (await readdir(store)).filter((name) => name.startsWith('restore-point'));
  const kept = onTarget.filter((left) => left.includes('database envclone-before-'));
  const onlyKept = mayKeep ? new Set([...kept, ...archives]) : new Set();
  return [...onSource, ...onTarget, ...files, ...archives].filter((left) => !onlyKept.has(left));
}

async function leftOn({ onServer }: Side, name: string, databases: string[]): Promise<string[]> {
  const { rows } = await onServer(`
    select 'database ' || datname as what from pg_database
     where not datistemplate and datname <> 'postgres' and datname <> all ('{${databases}}')
    union all select 'slot ' || slot_name from pg_replication_slots
    union all select 'prepared transaction ' || gid from pg_prepared_xacts
    union all select 'advisory lock of ' || pid from pg_locks where locktype = 'advisory'
    union all select 'session ' || application_name || ' ' || state from pg_stat_activity where application_name like 'envclone%'
    union all select 'role ' || rolname from pg_roles where rolname like 'envclone%'
    order by 1`);
  return rows.map(({ what }) => `${name}: ${what}`);
}
