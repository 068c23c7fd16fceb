import type { Socket } from 'node:net';
import pg from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';
import { translatePostgresError } from '../postgres/errors.js';

/** A connection on which somebody else speaks the protocol. */
export interface Wire extends AsyncDisposable {
  /** Sends whole messages, and returns what the server says until it is ready for the next. */
  exchange(messages: Uint8Array): Promise<Uint8Array>;
}

export interface WireInput {
  url: string;
  /** Whose database it is, for messages. */
  environment: string;
  /** Name of the session. */
  application: string;
}

/** What libpq wants to know of a server before it asks anything. */
const STARTUP_PARAMETERS = [
  'server_version',
  'server_encoding',
  'client_encoding',
  'application_name',
  'is_superuser',
  'session_authorization',
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'integer_datetimes',
  'standard_conforming_strings',
];

/**
 * Connects and authenticates, TLS included. The first exchange, a startup message, is answered from what the server said here.
 * @throws ConnectionError `CONNECTION_FAILED`, `AUTHENTICATION_FAILED`
 */
export async function openWire({ url, environment, application }: WireInput): Promise<Wire> {
  const client = await connect(url, application).catch((error: unknown) => {
    throw translatePostgresError(error, { doing: 'connecting', environment, otherwise: 'CONNECTION_FAILED' });
  });
  client.on('error', () => {}); // a loss shows in the exchange under way
  const welcome = await startupAnswer(client);
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.removeAllListeners('data');
  let isStarted = false;
  return {
    async exchange(messages) {
      if (isStarted) return roundTrip(stream, messages);
      isStarted = true;
      return welcome;
    },
    async [Symbol.asyncDispose]() {
      stream.destroy();
      await client.end().catch(() => {});
    },
  };
}

async function connect(url: string, application: string): Promise<pg.Client> {
  const explicit = /[?&]ssl(mode)?=/.test(url);
  const { host } = parse(url);
  const prefersSsl = !explicit && host && !host.startsWith('/') && !/^(localhost|127\.|::1)/.test(host);
  const settings = toClientConfig(parse(url, { useLibpqCompat: /[?&]sslmode=/.test(url) }));
  const open = async (config: pg.ClientConfig) => {
    const client = new pg.Client({ ...config, application_name: application, connectionTimeoutMillis: 10_000 });
    await client.connect();
    return client;
  };
  if (!prefersSsl) return open(settings);
  return open({ ...settings, ssl: { rejectUnauthorized: false } }).catch((error: unknown) => {
    if (error instanceof Error && /does not support SSL/.test(error.message)) return open({ ...settings, ssl: false });
    throw error;
  });
}

/** AuthenticationOk, ParameterStatus each, ReadyForQuery. */
async function startupAnswer(client: pg.Client): Promise<Uint8Array> {
  const { rows } = await client.query<{ name: string; setting: string | null }>(
    'select name, pg_catalog.current_setting(name, true) as setting from pg_catalog.unnest($1::pg_catalog.text[]) as name',
    [STARTUP_PARAMETERS],
  );
  const parameters = rows.map(({ name, setting }) => message('S', Buffer.from(`${name}\0${setting ?? ''}\0`)));
  return Buffer.concat([message('R', Buffer.alloc(4)), ...parameters, message('Z', Buffer.from('I'))]);
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function roundTrip(stream: Socket, messages: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const answer = new Answer();
    const onData = (chunk: Buffer) => answer.take(chunk) && settle(() => resolve(answer.bytes()));
    const onClose = () => settle(() => reject(new Error('Connection terminated unexpectedly')));
    stream.on('data', onData).once('close', onClose);
    stream.write(messages);
    function settle(then: () => void) {
      stream.off('data', onData).off('close', onClose);
      then();
    }
  });
}

/** Bytes of an answer until ReadyForQuery, however the network cuts them. */
class Answer {
  #chunks: Buffer[] = [];
  #head = Buffer.alloc(0);
  #missing = 0;

  /** Whether the answer is whole. */
  take(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    let at = 0;
    let isReady = false;
    while (at < chunk.length) {
      if (this.#missing > 0) {
        const taken = Math.min(this.#missing, chunk.length - at);
        this.#missing -= taken;
        at += taken;
      } else {
        const part = chunk.subarray(at, at + 5 - this.#head.length);
        this.#head = Buffer.concat([this.#head, part]);
        at += part.length;
        if (this.#head.length < 5) break;
        isReady = this.#head[0] === 0x5a; // 'Z'
        this.#missing = this.#head.readInt32BE(1) - 4;
        this.#head = Buffer.alloc(0);
      }
    }
    return isReady && this.#missing === 0 && this.#head.length === 0;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}
