import type { ConnectionProblem } from '../contracts/connection-status.js';
import { IdentityMismatchError, PoolExhaustedError, SwitcherError } from '../errors.js';

/** Where a failure was seen: while a connection was made or looked at, or by a statement of the application, whose own mistakes say nothing of the database. */
export type SeenBy = 'connection' | 'statement';

/** What a failure says of the database; `undefined`: nothing. */
export function classifyError(environment: string, error: unknown, seenBy: SeenBy): ConnectionProblem | undefined {
  const code = codeOf(error);
  const problem = (kind: ConnectionProblem['kind'], what: string): ConnectionProblem => ({
    kind,
    message: `${environment}: ${what}`,
    code,
  });
  if (error instanceof IdentityMismatchError) return problem('identity', error.message);
  if (error instanceof PoolExhaustedError) return problem('exhausted', 'every connection of the pool is taken');
  if (error instanceof SwitcherError)
    return seenBy === 'connection' ? problem('configuration', error.message) : undefined;
  if (code === undefined) {
    const message = error instanceof Error ? error.message : '';
    if (TIMEOUTS.some((timeout) => message.includes(timeout)))
      return problem('timeout', 'the database did not answer in time');
    return LOST.test(message) ? problem('unavailable', 'the connection was lost') : undefined;
  }
  if (code === 'ETIMEDOUT') return problem('timeout', 'the database did not answer in time');
  if (/^08|^57P/.test(code)) return problem('unavailable', `the server is not available (${code})`);
  if (NETWORK.has(code)) return problem('unavailable', `the server cannot be reached (${code})`);
  if (seenBy === 'statement') return undefined;
  if (/^28|^3D000|^42501/.test(code)) return problem('authentication', `the server refuses the role (${code})`);
  return /^53|^XX/.test(code) ? problem('unavailable', `the server is not available (${code})`) : undefined;
}

/** Whether trying again, or waiting, may help. */
export function isOutage({ kind }: ConnectionProblem): boolean {
  return kind === 'unavailable' || kind === 'timeout';
}

/** What pg says; none of these errors has a code. */
const TIMEOUTS = ['Query read timeout', 'connection timeout', 'timeout expired'];
const NETWORK = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN ENOTFOUND EAI_AGAIN'.split(
    ' ',
  ),
);
const LOST = /Connection terminated|Client has encountered a connection error|not queryable|socket hang up/i;

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]); // one attempt an address
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
