import type { HealthCheck, HealthReport, HealthState } from '../../contracts/validation.js';
import { describePostgresError, postgresFields } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { HEALTH_PROBES, type ProbeAnswer } from './health-probes.js';

const INSUFFICIENT_PRIVILEGE = '42501';

export interface HealthCheckOptions {
  /** An operation is at the environment: its ledger is there and its stamp is not, as they should. Default `false`. */
  isUnderway?: boolean;
  signal?: AbortSignal;
}

/** Asks an environment how it is. Never throws but when aborted: a database that does not answer is an unhealthy one. */
export async function runHealthChecks(
  environment: ReadOnlySource,
  { isUnderway = false, signal }: HealthCheckOptions = {},
): Promise<HealthReport> {
  const checks: HealthCheck[] = [];
  let session: Session | undefined;
  try {
    const connected = await timed('connection', async () => {
      session = await environment.connect({ purpose: 'health', ...(signal && { signal }) });
      await session.query('select 1');
      return { state: 'healthy', message: 'connected and answered' };
    });
    checks.push(connected);
    for (const { name, ask, isAfterwards } of HEALTH_PROBES) {
      if (isUnderway && isAfterwards) continue;
      const open = session;
      if (!open || connected.state === 'unhealthy') break;
      checks.push(await timed(name, () => ask(open, environment)));
    }
  } finally {
    await session?.close();
  }
  signal?.throwIfAborted();
  return {
    environment: environment.environment,
    state: worstOf(checks.map(({ state }) => state)),
    checks,
    checkedAt: new Date().toISOString(),
  };
}

export function worstOf(states: readonly HealthState[]): HealthState {
  if (states.includes('unhealthy')) return 'unhealthy';
  return states.includes('degraded') ? 'degraded' : 'healthy';
}

async function timed(name: string, ask: () => Promise<ProbeAnswer>): Promise<HealthCheck> {
  const since = performance.now();
  const answer = await ask().catch(failedAnswer);
  return { name, ...answer, durationMs: Math.round(performance.now() - since) };
}

function failedAnswer(error: unknown): ProbeAnswer {
  const isForbidden = postgresFields(error)?.code === INSUFFICIENT_PRIVILEGE;
  return { state: isForbidden ? 'degraded' : 'unhealthy', message: describePostgresError(error) };
}
