import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createReader } from '../../examples/loft/create.js';
import { startReplicatedServer } from '../courtesy/standby.js';
import { databaseUrl, onServer, type PostgresMajor } from './databases.js';

export interface ReplicatedProduction extends AsyncDisposable {
  /** The superuser's. */
  primary: string;
  /** The superuser's. */
  standby: string;
  /** What `.env.production` holds: both with a role that reads. */
  variables: { DATABASE_URL: string; DATABASE_REPLICA_URL: string };
  /** The standby goes on alone. */
  stopPrimary(): Promise<void>;
}

const READER = { user: 'reader', password: 'reader' };

/** A database on a server of its own, with a hot standby that has all of it. */
export async function createReplicatedProduction(input: {
  major: PostgresMajor;
  sql: string;
}): Promise<ReplicatedProduction> {
  const server = await startReplicatedServer(input.major, 0);
  const primary = server.primary.url('app');
  const standby = databaseUrl(server.standbyUrl, 'app');
  await caughtUp(server.standbyUrl, server.primary.url()); // it is not streaming yet, and the next statement may remove WAL
  await onServer(server.primary.url(), 'create database app');
  await onServer(primary, input.sql);
  const reader = await createReader({ serverUrl: server.primary.url(), database: 'app', ...READER });
  await caughtUp(standby, primary);
  return {
    primary,
    standby,
    variables: { DATABASE_URL: reader, DATABASE_REPLICA_URL: databaseUrl(standby, 'app', READER) },
    stopPrimary: () => server.primary.stop(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function caughtUp(standby: string, primary: string): Promise<void> {
  const client = new pg.Client({ connectionString: primary });
  await client.connect();
  const { rows } = await client.query('select pg_current_wal_lsn() as written');
  await client.end();
  const hasAll = () => onServer(standby, `select 1 / (pg_last_wal_replay_lsn() >= '${rows[0].written}')::int`);
  for (let attempt = 0; attempt < 200; attempt++) {
    const isThere = await hasAll().then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await sleep(100);
  }
  throw new Error('the standby does not catch up');
}
