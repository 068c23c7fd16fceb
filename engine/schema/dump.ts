import { SchemaError } from '../../contracts/errors.js';
import { dumpNatively, nativeMajor } from './dump-native.js';
import { dumpWithWasm } from './dump-wasm.js';
import { type RunningDump, watchDump } from './dump-watch.js';

export interface DumpInput {
  url: string;
  /** Whose database it is, for messages. */
  environment: string;
  /** `server_version_num / 10000` */
  serverMajor: number;
  /** Of `pg_export_snapshot`; without it the dump has a snapshot of its own. */
  snapshot?: string;
  /** Quotes every name. Default: those that the server's version has to quote. */
  quotesAll?: boolean;
  signal?: AbortSignal;
  /** Default 10 s: so often the server is asked whether the dump's session is there. */
  lookMs?: number;
}

export interface DumpJob extends DumpInput, RunningDump {
  /** pg_dump's options; nothing secret is in them. */
  options: string[];
  signal: AbortSignal;
}

/** pg_dump reads servers up to its own version, and refuses newer ones. */
const WASM_MAJOR = 18;
/** Before 15, pg_dump compares the privileges of schema public with others than `resetPublicSchema` gives it. */
const OLDEST_MAJOR = 15;

/**
 * The text of `pg_dump --schema-only`, without the schema `envclone`: by the pg_dump on PATH when it is as new as the server, else by a WebAssembly one.
 * `ENVCLONE_PG_DUMP` forces a program's path, or `wasm`.
 * @throws SchemaError `SCHEMA_UNREADABLE` with what pg_dump said, ConnectionError when the server cannot be reached
 */
export async function dumpSchema(input: DumpInput): Promise<string> {
  input.signal?.throwIfAborted();
  const options = [
    '--schema-only',
    '--no-sync',
    '--no-password',
    '--encoding=UTF8',
    '--lock-wait-timeout=30000',
    '--exclude-schema=envclone', // what is unfinished in a target is no part of it
    ...(input.quotesAll ? ['--quote-all-identifiers'] : []),
    ...(input.snapshot ? [`--snapshot=${input.snapshot}`] : []),
  ];
  const forced = process.env.ENVCLONE_PG_DUMP;
  const byWasm = () => watchDump(input, (running) => dumpWithWasm({ ...input, ...running, options }));
  if (forced === 'wasm') return byWasm();
  const program = forced || 'pg_dump';
  const major = await nativeMajor(program);
  if (forced || major >= Math.max(input.serverMajor, OLDEST_MAJOR))
    return watchDump(input, (running) => dumpNatively(program, { ...input, ...running, options }));
  if (input.serverMajor <= WASM_MAJOR) return byWasm();
  throw new SchemaError(
    'SCHEMA_UNREADABLE',
    `${input.environment} runs PostgreSQL ${input.serverMajor}, and pg_dump ${major || 'is missing'}`,
    { next: `Install pg_dump ${input.serverMajor} or newer on the worker, or name it in ENVCLONE_PG_DUMP.` },
  );
}
