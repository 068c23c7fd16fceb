import type { CloneOperation } from '../../contracts/clone.js';
import type { EnvironmentCloner, OperationHandle } from '../environment-cloner.js';
import { OperationWaitsError } from '../operation-errors.js';
import type { CommandContext } from './command.js';
import { describeIntervention } from './describe-intervention.js';
import { createProgress, SILENT } from './progress.js';

/**
 * Shows an operation until it has ended, and returns its result. The first Ctrl-C asks it to stop and shows the undo; the second leaves it running.
 * Where it waits for a person, it says what for; where nobody is at a terminal, it leaves.
 * @throws OperationFailedError, OperationWaitsError
 */
export async function follow<Result>(
  { say, isJson, isInteractive }: CommandContext,
  cloner: EnvironmentCloner,
  handle: OperationHandle<Result>,
): Promise<Result> {
  const progress = isJson ? SILENT : createProgress(process.stderr);
  let interrupts = 0;
  const onInterrupt = () => {
    interrupts++;
    if (interrupts === 1) {
      progress.clear();
      say('stopping: the target is being restored; press Ctrl-C again to leave it to the worker');
      void handle.cancel();
      return;
    }
    say(`the operation goes on: ${handle.operationId}`);
    process.exit(130);
  };
  process.on('SIGINT', onInterrupt);
  try {
    let last: CloneOperation | undefined;
    let told: string | undefined;
    for await (const operation of cloner.watch(handle.operationId)) {
      last = operation;
      progress.show(operation);
      const { intervention } = operation;
      if (!intervention || told === intervention.since) continue;
      if (!isInteractive) throw new OperationWaitsError(handle.operationId, intervention);
      told = intervention.since;
      progress.clear();
      for (const line of describeIntervention(handle.operationId, intervention)) say(line);
    }
    progress.end(last);
    return await handle.result(); // asked for now: a request under way when the connection is closed ends the process
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    progress.clear();
  }
}
