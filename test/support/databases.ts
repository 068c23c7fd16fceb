import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { buildingPrefix } from '../../engine/postgres/database-names.js';
import { quoteIdentifier } from '../../engine/postgres/quote.js';
import { Session } from '../../engine/postgres/session.js';

export const POSTGRES_MAJORS = [13, 15, 17, 18] as const;
export type PostgresMajor = (typeof POSTGRES_MAJORS)[number];

export interface TestDatabase extends AsyncDisposable {
  name: string;
  url: string;
  /** Runs statements as the superuser. */
  run(sql: string): Promise<pg.QueryResult>;
  /** The first column of every row. */
  column<Value = string>(sql: string): Promise<Value[]>;
  session(options?: { readOnly?: boolean }): Promise<Session>;
}

/** A new database of its own on the shared server; dropped when disposed. */
export async function createDatabase({
  major = 17,
  sql = '',
}: {
  major?: PostgresMajor;
  sql?: string;
} = {}): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  const server = inject('postgresUrls')[major];
  await onServer(server, `create database ${name}`);
  const url = databaseUrl(server, name);
  let client: pg.Client | undefined;
  const connected = async () => {
    if (client) return client;
    const opened = await connect(url);
    opened.on('end', () => {
      if (client === opened) client = undefined; // the server ended it: the next statement connects again
    });
    client = opened;
    return opened;
  };
  if (sql) await (await connected()).query(sql);
  return {
    name,
    url,
    run: async (statement) => (await connected()).query(statement),
    async column(statement) {
      const { rows } = await (await connected()).query({ text: statement, rowMode: 'array' });
      return rows.map((row) => row[0]);
    },
    session: (options = {}) => Session.open({ url, environment: name, purpose: 'test', ...options }),
    async [Symbol.asyncDispose]() {
      await client?.end();
      for (const beside of await databasesBeside(server, name)) await dropDatabase(server, beside);
      await dropDatabase(server, name);
    },
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** What clones built beside a database, and what they kept of it. */
export async function databasesBeside(server: string, name: string): Promise<string[]> {
  const client = await connect(server);
  try {
    const prefixes = [buildingPrefix(name), buildingPrefix(name).replace('building', 'before')];
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1) or starts_with(datname, $2) order by 1',
      prefixes,
    );
    return rows.map(({ datname }) => datname);
  } finally {
    await client.end();
  }
}

function dropDatabase(server: string, name: string): Promise<void> {
  return onServer(server, `drop database if exists ${quoteIdentifier(name)} with (force)`);
}

/** The same server, another database (and another user, when given). */
export function databaseUrl(serverUrl: string, database: string, login?: { user: string; password: string }): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  if (login) [url.username, url.password] = [login.user, login.password];
  return url.toString();
}

/** Runs one statement on a server's `postgres` database. */
export async function onServer(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
