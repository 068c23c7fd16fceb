import pg from 'pg';
import type { ConnectionProblem, ConnectionStatus, SchemaStatus } from '../contracts/connection-status.js';
import { DatabaseUnavailableError, IdentityMismatchError, PoolExhaustedError } from '../errors.js';
import { classifyError } from './classify-error.js';
import type { EnvironmentPoolOptions } from './connection-options.js';
import { proveIdentity } from './identity.js';
import { proveReadOnly } from './read-only-role.js';
import { createRecovery, isRefusedByBreaker, type Recovery } from './recovery.js';

/** What pg-pool says when no connection came back in time; it has no code. */
const WAITED_IN_VAIN = 'timeout exceeded when trying to connect';

/** The connections of one environment with one access, each proven to lead there, and what is known of its health. */
export class EnvironmentPool {
  readonly pool: pg.Pool;
  readonly #options: EnvironmentPoolOptions;
  readonly #recovery: Recovery;
  readonly #place: Place;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<boolean> | undefined;
  /** Connections that were made and not lost. */
  #live = 0;
  #isProven = false;
  #latencyMs: number | undefined;
  #lastError: ConnectionProblem | undefined;
  #lastChecked: Date | undefined;
  schema: SchemaStatus = { status: 'unknown' };

  constructor(options: EnvironmentPoolOptions) {
    const { environment, database, access, timings, logger } = options;
    this.#options = options;
    this.#place = placeOf(options);
    this.pool = new pg.Pool({
      connectionString: access === 'read-only' ? database.readOnlyUrl : database.url,
      max: database.max,
      connectionTimeoutMillis: timings.connectTimeoutMs,
      query_timeout: timings.queryTimeoutMs,
      keepAlive: true,
      application_name: `switcher:${environment}`,
      onConnect: (client) => this.#prove(client),
    });
    this.pool.on('connect', (client) => {
      this.#live++;
      client.on('error', (error) => this.suspect(error)); // also while somebody has it: pg-pool listens to idle ones alone
    });
    this.pool.on('remove', () => this.#live--);
    this.pool.on('error', (error) => this.suspect(error));
    this.pool.on('release', (error) => error && this.suspect(error));
    const log = (event: string) => (details: object) => logger.warn({ event, environment, access, ...details }, event);
    this.#recovery = createRecovery({
      environment,
      timings,
      onRetry: (delayMs) => log('connection retried')({ delayMs }),
      onOpen: () => log('circuit breaker opened')({}),
      onClose: () => log('circuit breaker closed')({}),
    });
  }

  get isHealthy(): boolean {
    return this.#isProven && this.#recovery.state === 'closed';
  }

  /** Without a query while all is well; otherwise looks at the database, all who ask at once together. */
  async validate(): Promise<boolean> {
    if (this.isHealthy) return true;
    this.#timer ??= this.#watch();
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return within(this.#checking, this.#options.timings.validationTimeoutMs, () => {
      const { environment } = this.#options;
      this.#lastError ??= {
        kind: 'timeout',
        message: `${environment}: the database did not answer in time`,
        code: undefined,
      };
      return false;
    });
  }

  /** @throws DatabaseUnavailableError, PoolExhaustedError, IdentityMismatchError */
  async connect(): Promise<pg.PoolClient> {
    try {
      return await this.#recovery.run(() => this.#take());
    } catch (error) {
      this.suspect(error);
      if (error instanceof PoolExhaustedError || error instanceof IdentityMismatchError) throw error;
      throw new DatabaseUnavailableError(this.#options.environment, { cause: error });
    }
  }

  /** Somebody saw a connection fail: the next request has the database looked at. An error that says nothing of it changes nothing. */
  suspect(error: unknown): void {
    const problem = classifyError(this.#options.environment, error);
    if (!problem || problem.kind === 'exhausted') return;
    this.#isProven = false;
    this.#note(problem);
  }

  status(): ConnectionStatus {
    const { environment, database } = this.#options;
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = this.pool;
    return {
      environment,
      isConnected: this.#live > 0,
      isHealthy: this.isHealthy,
      connectionParams: { ...this.#place, pool: { total, idle, waiting, max: database.max } },
      breaker: this.#recovery.state,
      latencyMs: this.#latencyMs,
      lastError: this.#lastError,
      lastChecked: this.#lastChecked,
      schema: this.schema,
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.pool.end();
  }

  async #check(): Promise<boolean> {
    const startedAt = performance.now();
    try {
      await this.#recovery.run(async () => {
        const client = await this.#take();
        try {
          await client.query('select 1');
          client.release();
        } catch (error) {
          client.release(error instanceof Error ? error : true);
          throw error;
        }
      });
      this.#isProven = true;
      this.#lastError = undefined;
    } catch (error) {
      if (!(error instanceof PoolExhaustedError)) this.#isProven = false;
      if (!isRefusedByBreaker(error)) this.#note(classifyError(this.#options.environment, error));
      return error instanceof PoolExhaustedError && this.isHealthy;
    } finally {
      this.#latencyMs = performance.now() - startedAt;
      this.#lastChecked = new Date();
    }
    return true;
  }

  async #take(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      const isWaiting = error instanceof Error && error.message.includes(WAITED_IN_VAIN);
      if (isWaiting && this.#live > 0)
        throw new PoolExhaustedError(this.#options.environment, this.#options.database.max);
      if (isWaiting) throw new Error('Connection terminated due to connection timeout', { cause: error });
      throw error;
    }
  }

  async #prove(client: pg.ClientBase): Promise<void> {
    const { environment, database, access } = this.#options;
    await proveIdentity(client, { environment, isProduction: database.type === 'production', names: database.names });
    if (access === 'read-only') await proveReadOnly(client, environment);
  }

  #watch(): NodeJS.Timeout {
    const look = () => {
      this.#checking ??= this.#check().finally(() => {
        this.#checking = undefined;
      });
    };
    return setInterval(look, this.#options.timings.healthIntervalMs).unref();
  }

  #note(problem: ConnectionProblem | undefined): void {
    if (!problem) return;
    const { logger, environment, access } = this.#options;
    if (this.#lastError?.kind !== problem.kind)
      logger.error({ event: 'connection failed', environment, access, problem }, 'connection failed');
    this.#lastError = problem;
  }
}

interface Place {
  host: string;
  port: number;
  database: string;
  user: string;
}

/** As pg reads the URL, without what is secret. */
function placeOf({ database, access }: EnvironmentPoolOptions): Place {
  const connectionString = access === 'read-only' ? database.readOnlyUrl : database.url;
  const { host, port, database: name = '', user = '' } = new pg.Client({ connectionString });
  return { host, port, database: name, user };
}

async function within<T>(work: Promise<T>, limitMs: number, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(late()), limitMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}
