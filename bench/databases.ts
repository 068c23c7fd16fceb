import { onDatabase, siblingUrl } from '../examples/loft/statements.js';
import type { Bench } from './row.js';

/** Creates an empty database; one of that name goes first. Returns the superuser's URL. */
export async function emptyDatabase(serverUrl: string, name: string): Promise<string> {
  await onDatabase(serverUrl, async (client) => {
    await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
    await client.query(`create database ${client.escapeIdentifier(name)} template template0 encoding 'UTF8'`);
  });
  return siblingUrl(serverUrl, name);
}

/** The target is empty again, and what the run before left in memory is on disk: every run starts alike. */
export async function resetTarget({ server }: Bench): Promise<void> {
  await emptyDatabase(server.url(), TARGET);
  await onDatabase(server.url(), (client) => client.query('checkpoint'));
}

/**
 * The same for a target of many files, whose earlier ones stay under another name until the benchmark ends: for minutes ext4 searches past the
 * inodes of files that were deleted, and 3,000 tables take two to three times as long to create.
 */
export async function replaceTarget(bench: Bench): Promise<void> {
  const earlier = `${TARGET}_${Date.now()}`;
  await onDatabase(bench.server.url(), async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [TARGET]);
    if (rowCount) await client.query(`alter database ${TARGET} rename to ${earlier}`);
  });
  await resetTarget(bench);
}

export function targetUrl({ server }: Bench): string {
  return siblingUrl(server.url(), TARGET);
}

const TARGET = 'bench_target';

export async function databaseBytes(url: string): Promise<number> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
    return Number(rows[0]?.bytes);
  });
}
