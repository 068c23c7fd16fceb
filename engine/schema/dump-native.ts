import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { parse } from 'pg-connection-string';
import { SchemaError } from '../../contracts/errors.js';
import type { DumpJob } from './dump.js';
import { dumpFailure } from './dump-failure.js';

const majors = new Map<string, Promise<number>>();

/** The major version of a pg_dump; 0 when there is none. Asked once a process. */
export function nativeMajor(program: string): Promise<number> {
  const known = majors.get(program);
  if (known) return known;
  const asked = promisify(execFile)(program, ['--version']).then(
    ({ stdout }) => Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1] ?? 0),
    () => 0,
  );
  majors.set(program, asked);
  return asked;
}

/** Runs the program. Connection and password are in its environment, for everybody may read a command line. */
export async function dumpNatively(program: string, job: DumpJob): Promise<string> {
  const { environment, options, signal } = job;
  const child = spawn(program, options, {
    env: connectionVariables(job),
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  const [dumped, said] = [collect(child.stdout), collect(child.stderr)];
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new SchemaError('SCHEMA_UNREADABLE', `${program} is not there`) : error),
    );
    child.once('close', resolve);
  });
  signal.throwIfAborted();
  if (code !== 0) throw dumpFailure(environment, said.text());
  return dumped.text();
}

function collect(stream: NodeJS.ReadableStream): { text(): string } {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { text: () => Buffer.concat(chunks).toString() };
}

/** libpq's variables for a URL; what this process has of them is left behind. */
function connectionVariables({ url, application }: DumpJob): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  const { host, port, database, user, password, options } = parse(url);
  const parameters = new URLSearchParams(/\?(.*)$/s.exec(url)?.[1] ?? '');
  return {
    ...Object.fromEntries(own),
    PGHOST: host ?? 'localhost',
    PGPORT: String(port || 5432),
    PGDATABASE: database ?? user ?? 'postgres',
    PGUSER: user ?? 'postgres',
    PGAPPNAME: application,
    PGCONNECT_TIMEOUT: '10',
    LC_MESSAGES: 'C',
    ...(password && { PGPASSWORD: password }),
    ...(options && { PGOPTIONS: options }),
    ...sslVariables(parameters),
  };
}

function sslVariables(parameters: URLSearchParams): NodeJS.ProcessEnv {
  const mode = parameters.get('sslmode') ?? (/^(?:true|1)$/.test(parameters.get('ssl') ?? '') ? 'require' : 'prefer');
  const variables: NodeJS.ProcessEnv = { PGSSLMODE: mode === 'no-verify' ? 'require' : mode };
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const value = parameters.get(name);
    if (value) variables[`PG${name.toUpperCase()}`] = value;
  }
  return variables;
}
