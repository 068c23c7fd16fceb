import type { Logger } from 'pino';
import type { SchemaStatus } from '../contracts/connection-status.js';
import type { EnvironmentPool } from './environment-pool.js';
import { compareSchemas, readSchemaNames, type SchemaNames } from './schema-fingerprint.js';

export interface SchemaWatch {
  /** An environment is in use: it is compared now, and now and then from here on. */
  opened(environment: string): void;
  compare(environment: string): Promise<void>;
  close(): void;
}

export interface SchemaWatchInput {
  poolOf(environment: string): EnvironmentPool;
  defaultEnvironment: string;
  intervalMs: number;
  logger: Logger;
}

/** Differences of schema are logged once, until they change; requests go on. */
export function watchSchemas({ poolOf, defaultEnvironment, intervalMs, logger }: SchemaWatchInput): SchemaWatch {
  const timers = new Map<string, NodeJS.Timeout>();
  const logged = new Map<string, string>();

  const running = new Map<string, Promise<void>>();
  /** One after the other, so that an older look never overwrites a newer one. */
  const compare = (environment: string): Promise<void> => {
    if (environment === defaultEnvironment) return Promise.resolve();
    const next = (running.get(environment) ?? Promise.resolve()).then(() => compareNow(environment));
    running.set(environment, next);
    return next;
  };

  const compareNow = async (environment: string): Promise<void> => {
    try {
      const [defaults, own] = [poolOf(defaultEnvironment), poolOf(environment)];
      if (!((await defaults.validate()) && (await own.validate()))) return;
      const schema = compareSchemas(await namesOf(defaults), await namesOf(own));
      own.schema = schema;
      logOnce(environment, schema);
    } catch {
      // The database is not there: its own health says so, and the schema stays what it was.
    }
  };

  const logOnce = (environment: string, schema: SchemaStatus): void => {
    const fingerprint = JSON.stringify(schema);
    if (logged.get(environment) === fingerprint) return;
    logged.set(environment, fingerprint);
    if (schema.status !== 'different') return;
    const { missing, additional } = schema;
    const details = { missing: missing.slice(0, LISTED), additional: additional.slice(0, LISTED) };
    const event = 'schema mismatch';
    logger.warn(
      { event, environment, defaultEnvironment, counts: [missing.length, additional.length], ...details },
      event,
    );
  };

  return {
    compare,
    opened(environment) {
      if (environment === defaultEnvironment || timers.has(environment)) return;
      timers.set(environment, setInterval(() => void compare(environment), intervalMs).unref());
      void compare(environment);
    },
    close() {
      for (const timer of timers.values()) clearInterval(timer);
      timers.clear();
    },
  };
}

const LISTED = 20;

async function namesOf(pool: EnvironmentPool): Promise<SchemaNames> {
  const client = await pool.connect();
  try {
    const names = await readSchemaNames(client);
    client.release();
    return names;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
