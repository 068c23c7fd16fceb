import { SchemaError } from '../../contracts/errors.js';
import type { ClonePlan } from '../../contracts/plan.js';

/** @throws SchemaError `PLAN_REFUSED` with every reason why the clone cannot run */
export function requireRunnable({ source, target, refusals }: ClonePlan): void {
  if (refusals.length === 0) return;
  throw new SchemaError('PLAN_REFUSED', [`${target} cannot hold what ${source} has:`, ...refusals].join('\n  '), {
    details: { refusals },
  });
}
