import { ConnectionError, type EnvcloneError, SchemaError } from '../../contracts/errors.js';

const SHOWN_LINES = 3;

/** What pg_dump wrote before it gave up. It names objects, hosts and users; it reads no row and shows no password. */
export function dumpFailure(environment: string, output: string): EnvcloneError {
  const lines = output
    .split(/\n|(?=pg_dump: )/)
    .map((line) => line.replace(/^pg_dump: (?:error: )?/, '').trim())
    .filter((line) => line !== '' && !/^(?:detail: )?Query was:|^warning:/i.test(line));
  const message = `dumping the schema of ${environment}: ${lines.slice(0, SHOWN_LINES).join(' ') || 'pg_dump failed'}`;
  const details = { condition: lines.slice(0, SHOWN_LINES) };
  if (/password authentication failed|no password supplied/.test(output))
    return new ConnectionError('AUTHENTICATION_FAILED', message, { details });
  if (/connection to server|could not connect|server closed the connection|terminating connection/i.test(output))
    return new ConnectionError('CONNECTION_FAILED', message, { details });
  return new SchemaError('SCHEMA_UNREADABLE', message, { details });
}
