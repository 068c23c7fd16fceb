import { spawn } from 'node:child_process';
import { chownSync, openSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort, type LocalPostgres, type PostgresMajor, startLocalPostgres } from '../../examples/local-postgres.js';

export interface ReplicatedServer extends AsyncDisposable {
  primary: LocalPostgres;
  /** The standby's `postgres` database. */
  standbyUrl: string;
}

/** A primary, and a hot standby of it that replays a commit `delaySeconds` after it was made. */
export async function startReplicatedServer(major: PostgresMajor, delaySeconds: number): Promise<ReplicatedServer> {
  const primary = await startLocalPostgres({ major });
  const home = await mkdtemp(join(tmpdir(), `envclone-standby-${major}-`));
  const data = join(home, 'data');
  await baseBackup(primary, data);
  await writeFile(join(data, 'standby.signal'), '');
  const port = await freePort();
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: home,
    max_connections: '200',
    fsync: 'off',
    primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres password=postgres`,
    recovery_min_apply_delay: `${delaySeconds}s`,
    wal_receiver_status_interval: '1s',
  };
  await giveToServer(home);
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const log = openSync(join(home, 'server.log'), 'a');
  const server = spawn(
    join(tmpdir(), `envclone-postgres-${major}-${process.getuid?.() ?? 0}`, 'bin/postgres'),
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...user, cwd: home, stdio: ['ignore', log, log] },
  );
  const stopOnExit = () => server.kill('SIGINT');
  process.once('exit', stopOnExit);
  const ended = new Promise((resolve) => server.once('exit', resolve));
  return {
    primary,
    standbyUrl: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    async [Symbol.asyncDispose]() {
      process.removeListener('exit', stopOnExit);
      server.kill('SIGINT');
      await ended;
      await primary.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

const NOBODY = 65534;

/** What pg_basebackup does, which the servers of the tests come without. */
async function baseBackup(primary: LocalPostgres, into: string): Promise<void> {
  const client = new pg.Client({ connectionString: primary.url() });
  await client.connect();
  const isNew = primary.major >= 15;
  try {
    await client.query(isNew ? `select pg_backup_start('b', true)` : `select pg_start_backup('b', true, false)`);
    const { rows } = await client.query('show data_directory');
    await cp(rows[0].data_directory, into, { recursive: true, filter: (path) => !path.endsWith('postmaster.pid') });
    const stopped = await client.query(
      isNew ? 'select labelfile from pg_backup_stop(false)' : 'select labelfile from pg_stop_backup(false, false)',
    );
    await writeFile(join(into, 'backup_label'), stopped.rows[0].labelfile);
  } finally {
    await client.end();
  }
}

async function giveToServer(home: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  for (const entry of await readdir(home, { recursive: true })) chownSync(join(home, entry), NOBODY, NOBODY);
  chownSync(home, NOBODY, NOBODY);
}
