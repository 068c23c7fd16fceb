import pg from 'pg';
import type { SeenBy } from './classify-error.js';
import type { EnvironmentPoolOptions } from './connection-options.js';
import { proveIdentity } from './identity.js';
import { proveReadOnly } from './read-only-role.js';

/** A pool of pg whose connections are proven, and end when what was proven is not true any more. */
export interface ProvenPool {
  readonly pool: pg.Pool;
  /** Connections that were made and not lost. */
  readonly live: number;
  /** Asks over a connection whether the database still says what it said. @throws IdentityMismatchError */
  prove(client: pg.ClientBase): Promise<void>;
  /** Ends every connection, those of libraries with pools of their own included: whoever has one gets an error, and writes nothing more. */
  cutOff(): void;
}

export interface ProvenPoolInput extends EnvironmentPoolOptions {
  onTrouble(error: unknown, seenBy: SeenBy): void;
}

export function openProvenPool(input: ProvenPoolInput): ProvenPool {
  const { environment, database, access, timings, logger, onTrouble } = input;
  const isProduction = database.type === 'production';
  const clients = new Set<pg.ClientBase>();
  let live = 0;

  const prove = async (client: pg.ClientBase): Promise<void> => {
    const { names, productionNames } = database;
    const timeoutMs = timings.connectTimeoutMs;
    await proveIdentity(client, { environment, isProduction, names, productionNames, timeoutMs });
  };
  const adopt = async (client: pg.ClientBase): Promise<void> => {
    clients.add(client);
    client.once('end', () => clients.delete(client));
    await prove(client);
    if (access === 'read-only') await proveReadOnly(client, environment);
  };

  const pool = new pg.Pool({
    connectionString: access === 'read-only' ? database.readOnlyUrl : database.url,
    max: database.max,
    connectionTimeoutMillis: timings.connectTimeoutMs,
    query_timeout: timings.queryTimeoutMs,
    keepAlive: true,
    application_name: `switcher:${environment}`,
    onConnect: adopt,
  });
  pool.on('connect', (client) => {
    live++;
    client.on('error', (error) => onTrouble(error, 'connection')); // also while somebody has it: pg-pool listens to idle ones alone
  });
  pool.on('remove', () => live--);
  pool.on('error', (error) => onTrouble(error, 'connection'));
  pool.on('release', (error: unknown, client) => {
    if (error) onTrouble(error, 'statement');
    if (error || !isLeftInUse(client)) return;
    const event = 'connection returned in use';
    logger.warn({ event, environment }, event);
    void client.end();
  });
  return {
    pool,
    get live() {
      return live;
    },
    prove,
    cutOff() {
      for (const client of clients)
        socketOf(client)?.destroy(new Error('Connection terminated: the database is another'));
    },
  };
}

/** A statement of it still waits for its answer, or a transaction was never ended: whoever got it next would be part of that. */
function isLeftInUse(client: pg.PoolClient): boolean {
  const { readyForQuery } = client as { readyForQuery?: boolean };
  return readyForQuery === false || ['T', 'E'].includes(client.getTransactionStatus() ?? '');
}

/** As pg-pool itself ends a connection that does not answer. */
function socketOf(client: pg.ClientBase): { destroy(error: Error): unknown } | undefined {
  return (client as { connection?: { stream?: { destroy(error: Error): unknown } } }).connection?.stream;
}
