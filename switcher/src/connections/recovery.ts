import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';
import type { ConnectionStatus } from '../contracts/connection-status.js';
import { classifyError, isOutage } from './classify-error.js';
import type { ConnectionTimings } from './connection-options.js';

/** How a database that does not answer is tried again, and when it is left alone. */
export interface Recovery {
  run<T>(attempt: () => Promise<T>): Promise<T>;
  readonly state: ConnectionStatus['breaker'];
}

export interface RecoveryInput {
  environment: string;
  timings: ConnectionTimings;
  onRetry(delayMs: number): void;
  onOpen(): void;
  onClose(): void;
}

/** Only outages are tried again and counted: a full pool, a refused role or a wrong database stay what they are. */
export function createRecovery({ environment, timings, onRetry, onOpen, onClose }: RecoveryInput): Recovery {
  const outages = handleWhen((error) => {
    const problem = classifyError(environment, error, 'connection');
    return problem !== undefined && isOutage(problem);
  });
  const breaker = circuitBreaker(outages, {
    halfOpenAfter: timings.breakerOpenMs,
    breaker: new ConsecutiveBreaker(timings.breakerFailures),
  });
  const retrying = retry(outages, {
    maxAttempts: timings.retries,
    backoff: new ExponentialBackoff({ initialDelay: timings.retryDelayMs, maxDelay: timings.retryDelayMaxMs }),
  });
  retrying.onRetry(({ delay }) => onRetry(delay));
  breaker.onBreak(onOpen);
  breaker.onReset(onClose);
  const policy = wrap(retrying, breaker);
  return {
    run: (attempt) => policy.execute(attempt),
    get state() {
      if (breaker.state === CircuitState.Closed) return 'closed';
      return breaker.state === CircuitState.HalfOpen ? 'half-open' : 'open';
    },
  };
}

/** The breaker refused: the database was not asked. */
export function isRefusedByBreaker(error: unknown): boolean {
  return error instanceof BrokenCircuitError;
}
