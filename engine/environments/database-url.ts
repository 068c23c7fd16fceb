import { parse } from 'pg-connection-string';

export interface DatabaseAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  /** Other parameters of the URL, such as `pgbouncer`. */
  parameters: URLSearchParams;
}

const SHAPE = 'postgres://user:password@host:5432/database';

/** Why a text is no URL of a PostgreSQL database, or `undefined` when it is one. Never quotes it. */
export function databaseUrlProblem(url: string): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(url)) return `is not a PostgreSQL URL: it must look like ${SHAPE}`;
  try {
    const { port, database } = parse(url, { useLibpqCompat: true });
    if (!database) return `names no database: it must look like ${SHAPE}`;
    if (port && !(Number(port) > 0 && Number(port) < 65_536)) return 'has a port that is no number from 1 to 65535';
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return 'names a certificate file that is not there';
    return `is malformed: it must look like ${SHAPE}; special characters of the password are percent-encoded, and a value with # is quoted`;
  }
}

/** Where a checked URL leads, as the session will connect. */
export function databaseAddress(url: string): DatabaseAddress {
  const { host, port, database, user } = parse(url, { useLibpqCompat: true });
  return {
    host: host || 'localhost',
    port: port ? Number(port) : 5432,
    database: database ?? user ?? 'postgres',
    user: user || 'postgres',
    parameters: new URLSearchParams(url.split('?')[1] ?? ''),
  };
}
