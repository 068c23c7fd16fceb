import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
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
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  if (sql) await client.query(sql);
  return {
    name,
    url,
    run: (statement) => client.query(statement),
    async column(statement) {
      const { rows } = await client.query({ text: statement, rowMode: 'array' });
      return rows.map((row) => row[0]);
    },
    session: (options = {}) => Session.open({ url, environment: name, purpose: 'test', ...options }),
    async [Symbol.asyncDispose]() {
      await client.end();
      await onServer(server, `drop database if exists ${quoteIdentifier(name)} with (force)`);
    },
  };
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
