import pg from 'pg';
import type { ConnectionProblem, ConnectionStatus, SchemaStatus } from '../contracts/connection-status.js';
import { DatabaseUnavailableError, IdentityMismatchError, PoolExhaustedError } from '../errors.js';
import { within } from '../within.js';
import { classifyError, type SeenBy } from './classify-error.js';
import type { EnvironmentPoolOptions } from './connection-options.js';
import { type Place, placeOf } from './place.js';
import { openProvenPool, type ProvenPool } from './proven-pool.js';
import { createRecovery, isRefusedByBreaker, type Recovery } from './recovery.js';
import { scopedPool } from './scoped-pool.js';

/** What pg-pool says when no connection came back in time; it has no code. */
const WAITED_IN_VAIN = 'timeout exceeded when trying to connect';

/** The connections of one environment with one access, and what is known of its health. */
export class EnvironmentPool {
  /** For whoever asks: each connection of it is given to requests of this environment alone. */
  readonly pool: pg.Pool;
  readonly #options: EnvironmentPoolOptions;
  readonly #proven: ProvenPool;
  readonly #recovery: Recovery;
  readonly #place: Place;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<boolean> | undefined;
  /** The last look found the database well, and nothing was seen since that says otherwise. */
  #isWell = false;
  #latencyMs: number | undefined;
  #lastError: ConnectionProblem | undefined;
  #lastChecked: Date | undefined;
  schema: SchemaStatus = { status: 'unknown' };

  constructor(options: EnvironmentPoolOptions) {
    const { environment, database, access, timings, logger } = options;
    this.#options = options;
    this.#place = placeOf(access === 'read-only' ? database.readOnlyUrl : database.url);
    this.#proven = openProvenPool({ ...options, onTrouble: (error, seenBy) => this.suspect(error, seenBy) });
    this.pool = scopedPool(this.#raw, options);
    const log = (event: string) => (details: object) => logger.warn({ event, environment, access, ...details }, event);
    this.#recovery = createRecovery({
      environment,
      timings,
      onRetry: (delayMs) => log('connection retried')({ delayMs }),
      onOpen: () => log('circuit breaker opened')({}),
      onClose: () => log('circuit breaker closed')({}),
    });
  }

  /** For looks at the database's health, which belong to no request, whoever waits for them. */
  get #raw(): pg.Pool {
    return this.#proven.pool;
  }

  get isHealthy(): boolean {
    return this.#isWell && this.#recovery.state === 'closed' && !this.#raw.ending;
  }

  /** Without a query while all is well; otherwise looks at the database, all who ask at once together. */
  async validate(): Promise<boolean> {
    if (this.isHealthy) return true;
    if (this.#raw.ending) return false;
    this.#timer ??= setInterval(() => void this.#look(), this.#options.timings.healthIntervalMs).unref();
    return within(this.#look(), this.#options.timings.validationTimeoutMs, () => {
      const { environment } = this.#options;
      const message = `${environment}: the database did not answer in time`;
      this.#lastError ??= { kind: 'timeout', message, code: undefined };
      return false;
    });
  }

  /** @throws DatabaseUnavailableError, PoolExhaustedError, IdentityMismatchError */
  async connect(): Promise<pg.PoolClient> {
    try {
      return await this.#recovery.run(() => this.#take());
    } catch (error) {
      this.suspect(error, 'connection');
      if (error instanceof PoolExhaustedError || error instanceof IdentityMismatchError) throw error;
      throw new DatabaseUnavailableError(this.#options.environment, { cause: error });
    }
  }

  /** Somebody saw something fail: the next request has the database looked at. An error that says nothing of it changes nothing. */
  suspect(error: unknown, seenBy: SeenBy): void {
    const problem = classifyError(this.#options.environment, error, seenBy);
    if (!problem || problem.kind === 'exhausted' || this.#raw.ending) return;
    this.#isWell = false;
    this.#note(problem);
  }

  status(): ConnectionStatus {
    const { environment, database } = this.#options;
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = this.#raw;
    return {
      environment,
      isConnected: this.#proven.live > 0,
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
    if (!this.#raw.ending) await this.#raw.end();
  }

  #look(): Promise<boolean> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<boolean> {
    const startedAt = performance.now();
    try {
      await this.#recovery.run(() => this.#prove());
      this.#isWell = true;
      this.#lastError = undefined;
    } catch (error) {
      this.#isWell = false;
      if (error instanceof IdentityMismatchError) this.#proven.cutOff();
      if (!isRefusedByBreaker(error)) this.#note(classifyError(this.#options.environment, error, 'connection'));
    } finally {
      this.#latencyMs = performance.now() - startedAt;
      this.#lastChecked = new Date();
    }
    return this.#isWell;
  }

  /** Over a connection of the pool; while all of them are taken, over one more. */
  async #prove(): Promise<void> {
    const { totalCount, idleCount } = this.#raw;
    if (idleCount === 0 && totalCount >= this.#options.database.max) return this.#proveBeside();
    const client = await this.#take();
    try {
      await this.#proven.prove(client);
      client.release();
    } catch (error) {
      client.release(error instanceof Error ? error : true);
      throw error;
    }
  }

  async #proveBeside(): Promise<void> {
    const client = new pg.Client(this.#raw.options);
    client.on('error', () => {}); // the statement says it
    try {
      await client.connect();
      await this.#proven.prove(client);
    } finally {
      await client.end();
    }
  }

  async #take(): Promise<pg.PoolClient> {
    try {
      return await this.#raw.connect();
    } catch (error) {
      const isWaiting = error instanceof Error && error.message.includes(WAITED_IN_VAIN);
      if (isWaiting && this.#proven.live > 0)
        throw new PoolExhaustedError(this.#options.environment, this.#options.database.max);
      if (isWaiting) throw new Error('Connection terminated due to connection timeout', { cause: error });
      throw error;
    }
  }

  #note(problem: ConnectionProblem | undefined): void {
    if (!problem) return;
    const { logger, environment, access } = this.#options;
    if (this.#lastError?.kind !== problem.kind)
      logger.error({ event: 'connection failed', environment, access, problem }, 'connection failed');
    this.#lastError = problem;
  }
}
