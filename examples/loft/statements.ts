import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import pg from 'pg';

/** Runs `work` on a connection of its own; warnings of the server are not shown. */
export async function onDatabase<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Runs a file of `schema/` in one transaction. @throws Error that names the file */
export async function runFile(client: pg.Client, name: string): Promise<void> {
  const sql = await readSql(name);
  try {
    await client.query(sql);
  } catch (cause) {
    throw new Error(`examples/loft/schema/${name}.sql failed: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  }
}

export function readSql(name: string): Promise<string> {
  return readFile(new URL(`${name}.sql`, SCHEMA), 'utf8');
}

/** Beside this file, or, when this file was compiled to `dist/`, where it was written. */
const SCHEMA = [new URL('./schema/', import.meta.url), new URL('../../../examples/loft/schema/', import.meta.url)].find(
  (directory) => existsSync(directory),
);

/** The same server, another database (and another user, when given). */
export function siblingUrl(serverUrl: string, database: string, login?: { user: string; password: string }): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  if (login) [url.username, url.password] = [encodeURIComponent(login.user), encodeURIComponent(login.password)];
  return url.toString();
}
