import { connect, type Socket } from 'node:net';
import { finished, type Readable, type Writable } from 'node:stream';
import pg, { type ClientConfig, type QueryResultRow } from 'pg';
import { parse } from 'pg-connection-string';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { translatePostgresError } from './errors.js';
import { watchLine } from './line-watch.js';
import { lookAtSession } from './look-at-session.js';
import { sessionName } from './session-name.js';

export interface SessionInput {
  /** `postgres://…`; sslmode as libpq understands it. */
  url: string;
  /** Whose database it is, for messages. */
  environment: string;
  /** Shown in `pg_stat_activity` as `envclone:<operation>:<purpose>`. */
  purpose: string;
  /** The operation it works for. Absent: `envclone:<purpose>`. */
  operation?: string;
  /** Every transaction of the session is READ ONLY. Default `false`. */
  readOnly?: boolean;
  /** Cancels what the server is doing and closes the session. */
  signal?: AbortSignal;
  /** Default 0, no limit: copying and index builds are judged by their heartbeats. */
  statementTimeoutMs?: number;
  /** Default 30 s: a lock that somebody holds is an error with a name, not a wait without end. */
  lockTimeoutMs?: number;
  /** Default 10 s: when nothing has come for so long, the server is asked by another way whether it works on the answer; twice no ends the session. */
  silenceMs?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_AFTER_MS = 10_000;
const SILENCE_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;

/** One connection to one database. Close it, or hold it with `await using`. */
export class Session implements AsyncDisposable {
  readonly environment: string;
  #client: pg.Client;
  #host: { host: string; port: number };
  #unsubscribe: () => void;
  #major = 0;
  /** The server's own word: that of the protocol is a pooler's. */
  #pid: number | undefined;
  #unanswered = 0;
  #giving = new Set<Writable>();

  /** @throws ConnectionError `CONNECTION_FAILED`, `AUTHENTICATION_FAILED`; the message has the host and never the password */
  static async open(input: SessionInput): Promise<Session> {
    input.signal?.throwIfAborted();
    const session = new Session(await connectClient(input), input);
    try {
      await session.#prepare(input);
      return session;
    } catch (error) {
      await session.close();
      throw translatePostgresError(error, {
        doing: 'opening a session',
        environment: input.environment,
        otherwise: 'CONNECTION_FAILED',
      });
    }
  }

  private constructor(client: pg.Client, input: SessionInput) {
    this.#client = client;
    this.#host = { host: client.host, port: client.port };
    this.environment = input.environment;
    const onAbort = () => void this.cancel().finally(() => this.close());
    input.signal?.addEventListener('abort', onAbort, { once: true });
    const { silenceMs = SILENCE_MS } = input;
    const unwatch = watchLine({
      stream: streamOf(client),
      isWaiting: () => this.#unanswered > 0,
      isGiving: () => [...this.#giving].some(({ writableEnded }) => !writableEnded),
      look: () =>
        lookAtSession(
          { ...clientConfig({ ...input, purpose: 'look' }), ssl: client.ssl },
          { pid: this.#pid, patienceMs: silenceMs },
        ),
      silenceMs,
    });
    this.#unsubscribe = () => {
      unwatch();
      input.signal?.removeEventListener('abort', onAbort);
    };
  }

  async #prepare({ statementTimeoutMs = 0, lockTimeoutMs = 30_000, readOnly = false }: SessionInput): Promise<void> {
    await this.query(SESSION_SETTINGS);
    const { major, pid } = await this.one<{ major: number; pid: number }>(
      `select set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
              set_config('default_transaction_read_only', $3, false),
              current_setting('server_version_num')::int / 10000 as major, pg_backend_pid() as pid`,
      [String(statementTimeoutMs), String(lockTimeoutMs), readOnly ? 'on' : 'off'],
    );
    this.#major = major;
    this.#pid = pid;
  }

  /** `server_version_num / 10000` */
  get serverMajor(): number {
    return this.#major;
  }

  /** Runs one statement; values are parameters. Returns its rows. */
  async query<Row extends QueryResultRow = QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    this.#unanswered++;
    try {
      const result =
        values.length === 0 ? await this.#client.query<Row>(sql) : await this.#client.query<Row>(sql, [...values]);
      return result.rows;
    } finally {
      this.#unanswered--;
    }
  }

  /** The first row. @throws Error when there is none: for statements that always return one */
  async one<Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<Row> {
    const [row] = await this.query<Row>(sql, values);
    if (!row) throw new Error('the statement returned no row');
    return row;
  }

  /** Runs `work` between `begin` and `commit`; rolls back when it throws. */
  async transaction<Result>(
    work: () => Promise<Result>,
    { mode = '' }: { mode?: TransactionMode } = {},
  ): Promise<Result> {
    await this.query(`begin ${mode}`);
    try {
      const result = await work();
      await this.query('commit');
      return result;
    } catch (error) {
      await this.query('rollback').catch(() => {}); // the session may be gone, and its transaction with it
      throw error;
    }
  }

  /** The bytes of `COPY … TO STDOUT`. */
  copyOut(sql: string): Readable {
    return this.#awaited(this.#client.query(copyTo(sql)));
  }

  /** Takes the bytes of `COPY … FROM STDIN`; `rowCount` holds the rows stored once it has finished. */
  copyIn(sql: string): Writable & { rowCount: number } {
    const storing = this.#awaited(this.#client.query(copyFrom(sql)));
    this.#giving.add(storing);
    finished(storing, () => this.#giving.delete(storing));
    return storing as Writable & { rowCount: number };
  }

  #awaited<Copy extends Readable | Writable>(copy: Copy): Copy {
    this.#unanswered++;
    finished(copy, () => {
      this.#unanswered--;
    });
    return copy;
  }

  /** Calls `listener` for each NOTIFY on a channel this session listens to. */
  onNotification(listener: (channel: string, payload: string) => void): void {
    this.#client.on('notification', ({ channel, payload }) => listener(channel, payload ?? ''));
  }

  /** Asks the server to stop what this session is running. Never throws. */
  async cancel(): Promise<void> {
    const { processID, secretKey } = this.#client as unknown as { processID: number | null; secretKey: number | null };
    if (processID === null || secretKey === null) return;
    const request = Buffer.alloc(16);
    for (const [at, value] of [16, 80877102, processID, secretKey].entries()) request.writeInt32BE(value, at * 4);
    await new Promise<void>((resolve) => {
      const { host, port } = this.#host;
      const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
      socket.setTimeout(2_000, () => socket.destroy());
      socket.on('error', () => {});
      socket.on('close', () => resolve());
      socket.end(request);
    });
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await endClient(this.#client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

export type TransactionMode =
  | ''
  | 'read only'
  | 'isolation level repeatable read read only'
  | 'isolation level serializable read only deferrable';

/** What every session reads and writes values with, so that text forms are exact and the same on both sides. */
const SESSION_SETTINGS = `
  set client_encoding = 'UTF8';
  set datestyle = 'ISO, MDY';
  set intervalstyle = 'postgres';
  set timezone = 'UTC';
  set extra_float_digits = 3;
  set bytea_output = 'hex';
  set xmloption = 'content';
  set lc_monetary = 'C';
  set idle_in_transaction_session_timeout = 0;
  set tcp_keepalives_idle = 30;
  set tcp_keepalives_interval = 10;
  set tcp_keepalives_count = 3;
  set search_path = pg_catalog;
`;

async function connectClient(input: SessionInput): Promise<pg.Client> {
  const config = clientConfig(input);
  try {
    return await connectOnce(config);
  } catch (error) {
    if (!(isPreferredSsl(input.url) && error instanceof Error && /does not support SSL/.test(error.message))) {
      throw connectFailure(error, config, input.environment);
    }
  }
  try {
    return await connectOnce({ ...config, ssl: false });
  } catch (error) {
    throw connectFailure(error, config, input.environment);
  }
}

async function connectOnce(config: ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config);
  client.on('error', () => {}); // from the first byte on: the query under way rejects; an idle loss shows at the next query
  await client.connect();
  return client;
}

function connectFailure(error: unknown, { host, port, database }: ClientConfig, environment: string) {
  const doing = `connecting to ${host}:${port}/${database}`;
  return translatePostgresError(error, { doing, environment, otherwise: 'CONNECTION_FAILED' });
}

/** The settings of a URL as pg takes them. libpq's meaning of sslmode: `require` encrypts without verifying. */
function clientConfig({ url, ...naming }: SessionInput): ClientConfig {
  const { host, port, database, user, password, ssl } = parse(url, { useLibpqCompat: /[?&]sslmode=/.test(url) });
  return {
    host: host ?? 'localhost',
    port: port ? Number(port) : 5432,
    database: database ?? user ?? 'postgres',
    user: user ?? 'postgres',
    ...(password && { password }),
    ssl: isPreferredSsl(url) ? { rejectUnauthorized: false } : ((ssl as ClientConfig['ssl']) ?? false),
    application_name: sessionName(naming),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_AFTER_MS,
  };
}

/** Says good-bye; a server that does not answer to that is left. */
async function endClient(client: pg.Client): Promise<void> {
  const impatient = setTimeout(() => streamOf(client).destroy(), CLOSE_TIMEOUT_MS);
  await client.end().catch(() => {});
  clearTimeout(impatient);
}

function streamOf(client: pg.Client): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}

/** Without sslmode, libpq prefers encryption and does without where the server has none; this machine needs none. */
function isPreferredSsl(url: string): boolean {
  const { host } = parse(url);
  return !/[?&]ssl(mode)?=/.test(url) && !!host && !host.startsWith('/') && !/^(localhost|127\.|::1)/.test(host);
}
