import type { ConnectionStatus } from '../contracts/connection-status.js';
import type { Problem, RefusalReason } from '../contracts/switch-request.js';

const TYPE = 'https://github.com/envclone/envclone/blob/main/switcher/README.md#';

/** Why a request was not let in; which rule it was is in the audit record alone. */
export function refused(reason: Exclude<RefusalReason, 'unavailable'>): Problem {
  switch (reason) {
    case 'rate':
      return problem(429, 'too-many-requests', 'Too many requests', 'Wait before asking for this environment again.');
    case 'unchecked':
      return problem(503, 'unchecked', 'Access could not be checked', 'Nothing was read or written. Try again later.');
    case 'unreadable':
      return problem(
        503,
        'unreadable',
        'Choice not readable',
        'This session chose an environment, and which one cannot be told any more. Nothing was written. Choose again in the URL, or say clear there for the default one.',
      );
    case 'not-kept':
      return problem(
        503,
        'not-kept',
        'Choice not kept',
        'The session did not keep this choice, so what the page sends would go elsewhere. Try again later.',
      );
    case 'cross-site':
      return problem(
        403,
        'not-kept',
        'Choice not kept',
        'Another site led here, so this choice would hold for one page and not for what the page sends. Enter the address yourself.',
      );
    default:
      return problem(
        403,
        'forbidden',
        'Environment not allowed',
        'This request may not use the environment that it asked for.',
      );
  }
}

/** No database may serve the request. Those who may debug are told what is known of each. */
export function unavailable(requested: string, statuses: readonly ConnectionStatus[], isDebug: boolean): Problem {
  const detail = `The database of ${requested} is not available, and none may stand in for it. Try again later.`;
  const answer = problem(503, 'unavailable', 'Database not available', detail);
  return isDebug ? { ...answer, diagnostics: { environments: statuses.map(diagnosticsOf) } } : answer;
}

/** What debug mode shows: never a credential. */
export function diagnosticsOf(status: ConnectionStatus): Record<string, unknown> {
  const { environment, isConnected, isHealthy, breaker, latencyMs, connectionParams, lastError, lastChecked, schema } =
    status;
  return {
    environment,
    isConnected,
    isHealthy,
    breaker,
    latencyMs: latencyMs === undefined ? undefined : Math.round(latencyMs * 100) / 100,
    pool: connectionParams.pool,
    schema: schema.status,
    lastError: lastError?.kind,
    lastChecked: lastChecked?.toISOString(),
  };
}

function problem(status: Problem['status'], anchor: string, title: string, detail: string): Problem {
  return { type: TYPE + anchor, title, status, detail };
}
