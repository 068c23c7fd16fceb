import type { OperationFailure } from '../contracts/clone.js';
import { asWorkflowFailure, describeFailure, targetAfter } from './failures.js';
import type { Operation } from './operation.js';
import { undoing } from './policies.js';
import type { Recovery } from './recovery.js';
import type { SagaHooks, Undone } from './saga.js';

export interface Requested {
  source?: string;
  target?: string;
  environment?: string;
  requestedBy?: string;
}

/** Shows the undo as it runs, then records the failure and makes it the workflow's. */
export function reportingFailures(operation: Operation, recovery: Recovery, input: Requested): SagaHooks {
  const environment = String(input?.target ?? input?.environment);
  return {
    onUndo({ name }) {
      void operation.enter('undo');
      operation.log('info', 'undo', name);
    },
    compensate: recovery.compensate,
    async onFailure(failure, undone) {
      const described = describeFailure(failure, targetAfter(undone));
      if (undone.leftOut.length > 0)
        described.message += ` Left out of the undo, as asked: ${undone.leftOut.map(({ name }) => name).join(', ')}.`;
      if (undone.stuck) addStuck(described, undone.stuck, environment);
      operation.fail(described);
      await undoing
        .recordFailure({
          operation: operation.id,
          ...(input?.source && { source: String(input.source) }),
          target: environment,
          ...(input?.requestedBy && { requestedBy: String(input.requestedBy) }),
          failure: described,
          startedAt: operation.startedAt,
          timings: operation.timings(),
        })
        .catch(() => operation.log('warning', 'undo', 'the report of this failure could not be written'));
      return asWorkflowFailure(failure, described);
    },
  };
}

/** Only a target that was touched has to be restored. */
function addStuck(failure: OperationFailure, stuck: NonNullable<Undone['stuck']>, environment: string): void {
  const { at } = stuck;
  failure.message +=
    stuck.status === 'left out'
      ? ` The undo was ended by ${stuck.by} before: ${at.name}.`
      : ` The undo stopped at: ${at.name}.`;
  if (at.undoes === 'target')
    failure.next = `Restore it by hand: envclone restore-points ${environment}, then: envclone rollback ${environment} --confirm ${environment}`;
  else if (failure.target !== 'not restored')
    failure.next = `${environment} is what it was. What was left (${at.name}) is in no clone's way: clone again.`;
}
