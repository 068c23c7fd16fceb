import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import type { CloneOperation } from '../contracts/clone.js';
import type { ErrorCode } from '../contracts/error-codes.js';
import { type Intervention, RESOLUTIONS, type ResolveInput } from '../contracts/recovery.js';
import { RESOLVE_UPDATE } from '../contracts/workflows.js';
import type { Operation } from './operation.js';

export const resolveUpdate = defineUpdate<CloneOperation, [ResolveInput]>(RESOLVE_UPDATE);

export interface Interventions {
  /** Shows what needs a person until it is answered. `undefined`: nobody did in time. Rejects when the operation is cancelled. */
  ask(intervention: Omit<Intervention, 'since' | 'until'>, options: AskOptions): Promise<ResolveInput | undefined>;
}

interface AskOptions {
  waitMs: number;
  onAsked(intervention: Intervention): void;
}

/** Obeys `resolve`, which is refused unless the operation waits, and for that answer. */
export function trackInterventions(operation: Operation): Interventions {
  let asked: Intervention | undefined;
  let answer: ResolveInput | undefined;
  setHandler(
    resolveUpdate,
    (input) => {
      answer = input;
      const by = input.requestedBy ? ` by ${input.requestedBy}` : '';
      operation.log('info', 'resolve', `${asked?.step ?? ''}: answered with ${input.choice}${by}`);
      return operation.show();
    },
    { validator: (input: unknown) => requireAnswer(input, answer ? undefined : asked) },
  );
  return {
    async ask(intervention, { waitMs, onAsked }) {
      const now = Date.now();
      const since = new Date(now).toISOString();
      answer = undefined;
      asked = { ...intervention, since, until: new Date(now + waitMs).toISOString() };
      operation.needs(asked);
      onAsked(asked);
      try {
        await condition(() => answer !== undefined, waitMs);
        return answer;
      } finally {
        asked = undefined;
        operation.needs(undefined);
      }
    },
  };
}

/** @throws ApplicationFailure `RESOLUTION_REFUSED` */
function requireAnswer(input: unknown, asked: Intervention | undefined): void {
  const choice = typeof input === 'object' && input !== null && 'choice' in input ? input.choice : undefined;
  const known = RESOLUTIONS.find((resolution) => resolution === choice);
  if (!known) throw refused(`the answer has to be like {"choice": "retry"}: one of ${RESOLUTIONS.join(', ')}`);
  if (!asked) throw refused('the operation waits for nobody');
  if (!asked.choices.includes(known))
    throw refused(`${asked.step} cannot be answered with ${known}, but with ${asked.choices.join(' or ')}`);
}

function refused(message: string): ApplicationFailure {
  const type: ErrorCode = 'RESOLUTION_REFUSED';
  return ApplicationFailure.create({ type, message, nonRetryable: true });
}
