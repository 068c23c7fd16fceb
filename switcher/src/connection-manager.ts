import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { type ConnectionTimings, DEFAULT_TIMINGS, type EnvironmentDatabase } from './connections/connection-options.js';
import { EnvironmentPool } from './connections/environment-pool.js';
import { watchSchemas } from './connections/watch-schemas.js';
import type { Access, ConnectionStatus } from './contracts/connection-status.js';
import { DatabaseUnavailableError, EnvironmentSwitchedError, UnknownEnvironmentError } from './errors.js';
import { findScope } from './request-scope.js';

/** A pool for each environment, opened when it is first needed. */
export interface ConnectionManager<Name extends string = string> {
  /** Resolves when the environment may be used now, or is known not to be: without a query while it is healthy. Never rejects: the status says. */
  validateConnection(environment: Name, access?: Access): Promise<ConnectionStatus<Name>>;
  /** Whether the environment may be used by what is known now; nothing is asked. */
  isHealthy(environment: Name): boolean;
  /** A client of the pool, to be released. @throws DatabaseUnavailableError, PoolExhaustedError, IdentityMismatchError; EnvironmentSwitchedError inside a request of another environment */
  getConnection(environment: Name, access?: Access): Promise<PoolClient>;
  /** Opens an environment and looks at it before the first request needs it. */
  switchConnection(environment: Name): Promise<ConnectionStatus<Name>>;
  getConnectionStatus(environment: Name, access?: Access): ConnectionStatus<Name>;
  /** For libraries that take a pool. Each of its connections is proven to be of the environment. @throws EnvironmentSwitchedError as above */
  pool(environment: Name, access?: Access): Pool;
  /** Tells what a statement's failure says of the database. */
  reportFailure(environment: Name, error: unknown, access?: Access): void;
  close(): Promise<void>;
}

export interface ConnectionManagerOptions<Name extends string> {
  environments: Readonly<Record<Name, EnvironmentDatabase>>;
  defaultEnvironment: Name;
  timings?: Partial<ConnectionTimings> | undefined;
  logger: Logger;
}

export function createConnectionManager<Name extends string>(
  options: ConnectionManagerOptions<Name>,
): ConnectionManager<Name> {
  const { logger, defaultEnvironment } = options;
  const timings = { ...DEFAULT_TIMINGS, ...options.timings };
  const databases = new Map<string, EnvironmentDatabase>(Object.entries(options.environments));
  const pools = new Map<string, EnvironmentPool>();
  let isClosed = false;
  const poolOf = (environment: string, access: Access = 'read-write'): EnvironmentPool => {
    const key = access === 'read-write' ? environment : `${access} ${environment}`; // no name has a space
    const known = pools.get(key);
    if (known) return known;
    const database = databases.get(environment);
    if (!database) throw new UnknownEnvironmentError([...databases.keys()]);
    const made = new EnvironmentPool({ environment, database, access, timings, logger });
    pools.set(key, made);
    if (isClosed) void made.close();
    return made;
  };
  /** A request has one environment, and a stand-in one access, whoever asks. */
  const poolInScope = (environment: Name, access: Access = 'read-write'): EnvironmentPool => {
    if (isClosed) throw new DatabaseUnavailableError(environment);
    const scope = findScope();
    if (scope && scope.serving !== environment) throw new EnvironmentSwitchedError(scope.serving, environment);
    return poolOf(environment, scope?.access === 'read-only' ? 'read-only' : access);
  };
  const schemas = watchSchemas({ poolOf, defaultEnvironment, intervalMs: timings.schemaIntervalMs, logger });
  const statusOf = (environment: Name, access?: Access) =>
    poolOf(environment, access).status() as ConnectionStatus<Name>;

  return {
    async validateConnection(environment, access) {
      const isHealthy = await poolOf(environment, access).validate();
      if (isHealthy && access !== 'read-only') schemas.opened(environment);
      return statusOf(environment, access);
    },
    isHealthy: (environment) => poolOf(environment).isHealthy,
    getConnection: async (environment, access) => poolInScope(environment, access).connect(),
    async switchConnection(environment) {
      if (await poolOf(environment).validate()) schemas.opened(environment);
      await schemas.compare(environment);
      return statusOf(environment);
    },
    getConnectionStatus: statusOf,
    pool: (environment, access) => poolInScope(environment, access).pool,
    reportFailure: (environment, error, access) => poolOf(environment, access).suspect(error, 'statement'),
    async close() {
      isClosed = true;
      schemas.close();
      const open = [...pools.values()];
      pools.clear();
      await Promise.all(open.map((pool) => pool.close()));
    },
  };
}
