import type { ConnectionProblem } from '../contracts/connection-status.js';
import { IdentityMismatchError, PoolExhaustedError } from '../errors.js';

/** What a failure to get or use a connection says of the database. `undefined`: nothing; the statement was wrong, not the connection. */
export function classifyError(environment: string, error: unknown): ConnectionProblem | undefined {
  const code = codeOf(error);
  const problem = (kind: ConnectionProblem['kind'], what: string): ConnectionProblem => ({
    kind,
    message: `${environment}: ${what}`,
    code,
  });
  if (error instanceof IdentityMismatchError) return problem('identity', error.message);
  if (error instanceof PoolExhaustedError) return problem('exhausted', 'every connection of the pool is taken');
  const message = error instanceof Error ? error.message : '';
  if (TIMEOUTS.some((timeout) => message.includes(timeout)) || code === 'ETIMEDOUT')
    return problem('timeout', 'the database did not answer in time');
  if (code === undefined) return LOST.test(message) ? problem('unavailable', 'the connection was lost') : undefined;
  if (/^28|^3D000|^42501/.test(code)) return problem('authentication', `the server refuses the role (${code})`);
  if (/^08|^57P|^53|^XX/.test(code)) return problem('unavailable', `the server is not available (${code})`);
  return /^E[A-Z_]+$/.test(code) ? problem('unavailable', `the server cannot be reached (${code})`) : undefined;
}

/** Whether trying again, or waiting, may help. */
export function isOutage({ kind }: ConnectionProblem): boolean {
  return kind === 'unavailable' || kind === 'timeout';
}

/** What pg says; none of these errors has a code. */
const TIMEOUTS = ['Query read timeout', 'connection timeout', 'timeout expired'];
const LOST = /Connection terminated|Client has encountered a connection error|not queryable|socket hang up/i;

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]); // one attempt an address
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
