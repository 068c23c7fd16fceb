import { readFileSync } from 'node:fs';
import pg from 'pg';

/** Seconds of processor time by kind of work. */
export type CpuByKind = Record<string, number>;

const LOOK_MS = 100;
const TICKS_PER_SECOND = 100;

interface Backend {
  pid: number;
  type: string;
  name: string;
  query: string;
}

/**
 * Watches what the processes of a local server spend their time on: ten times a second, from /proc and pg_stat_activity. What a session did in
 * its last tenth of a second is not seen. The returned function ends it.
 */
export async function watchServerCpu(url: string): Promise<() => Promise<CpuByKind>> {
  const client = new pg.Client({ connectionString: url, application_name: WATCHER });
  await client.connect();
  const seen = new Map<number, number>();
  const spent: CpuByKind = {};
  const look = async () => {
    const { rows } = await client.query<Backend>(BACKENDS);
    for (const backend of rows) {
      const now = cpuSecondsOf(backend.pid);
      if (now === undefined) continue;
      const before = seen.get(backend.pid) ?? (isWatched ? 0 : now);
      seen.set(backend.pid, now);
      const kind = kindOf(backend);
      spent[kind] = (spent[kind] ?? 0) + now - before;
    }
  };
  let isWatched = false; // what ran before is not counted
  await look();
  isWatched = true;
  let isEnded = false;
  const watching = (async () => {
    while (!isEnded) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      await look();
    }
  })();
  return async () => {
    isEnded = true;
    await watching;
    await client.end();
    return spent;
  };
}

const WATCHER = 'bench-watch';

const BACKENDS = `
  select pid, backend_type as type, application_name as name, left(query, 200) as query
    from pg_stat_activity
   where application_name <> '${WATCHER}'`;

/** By what a session of envclone is for, and by what any other says it does. */
function kindOf({ type, name, query }: Backend): string {
  if (type !== 'client backend' && type !== 'parallel worker') return type === 'walwriter' ? 'WAL' : 'background';
  if (/^envclone:.*(validate|health|guard|identity)$/.test(name)) return APART;
  if (/^envclone:.*copy-read$/.test(name) || /^copy\b.* to stdout/is.test(query)) return 'COPY out';
  if (/^envclone:.*copy-write$/.test(name) || /^copy\b.* from stdin/is.test(query)) return 'COPY in';
  if (/^(vacuum|analyze)\b/i.test(query)) return 'ANALYZE';
  if (/^create (unique )?index|using index|primary key|unique/i.test(query)) return 'indexes';
  if (/foreign key|validate constraint/i.test(query)) return 'foreign keys';
  return 'other';
}

/** Proofs and validation, which no raw cloner has. */
export const APART = 'apart';

function cpuSecondsOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return undefined; // it has ended
  }
}
