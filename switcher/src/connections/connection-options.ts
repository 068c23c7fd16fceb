import type { Logger } from 'pino';
import type { Access } from '../contracts/connection-status.js';

/** One environment's database, as the configuration has it once it is checked. */
export interface EnvironmentDatabase {
  url: string;
  /** Of a role that can only SELECT: what stands in for other environments while they are down. */
  readOnlyUrl?: string | undefined;
  type: 'production' | 'development';
  /** Connections at most. */
  max: number;
  /** What the database may say it is. */
  names: readonly string[];
  /** What no database may say that is not production. */
  productionNames: readonly string[];
}

export interface ConnectionTimings {
  /** To open a connection, and to wait for one of a full pool. */
  connectTimeoutMs: number;
  /** For the answer to one statement: a server that is silent is left. */
  queryTimeoutMs: number;
  /** What a request waits at most for a database that is being looked at. */
  validationTimeoutMs: number;
  /** Between two looks at a database that is in use. */
  healthIntervalMs: number;
  /** Between two comparisons of schemas. */
  schemaIntervalMs: number;
  retries: number;
  /** Before the first retry; each following one waits about twice as long, with jitter. */
  retryDelayMs: number;
  retryDelayMaxMs: number;
  /** Failures in a row that open the circuit breaker. */
  breakerFailures: number;
  /** How long an open breaker refuses before it lets one attempt through. */
  breakerOpenMs: number;
}

export const DEFAULT_TIMINGS: ConnectionTimings = {
  connectTimeoutMs: 5_000,
  queryTimeoutMs: 60_000,
  validationTimeoutMs: 2_000,
  healthIntervalMs: 10_000,
  schemaIntervalMs: 300_000,
  retries: 3,
  retryDelayMs: 50,
  retryDelayMaxMs: 1_000,
  breakerFailures: 3,
  breakerOpenMs: 5_000,
};

export interface EnvironmentPoolOptions {
  environment: string;
  database: EnvironmentDatabase;
  access: Access;
  timings: ConnectionTimings;
  logger: Logger;
}
