import { CancellationScope } from '@temporalio/workflow';

export interface Compensation {
  /** For people: `restore test`. */
  name: string;
  /** `target` when what it undoes changed the target; `nothing` when the change of the target stays. */
  undoes: 'target' | 'store' | 'nothing';
  run: () => Promise<unknown>;
}

/** What the compensations came to. */
export interface Undone {
  done: Compensation[];
  stuck?: { at: Compensation; error: unknown };
}

export interface SagaHooks {
  onUndo(compensation: Compensation): void;
  /** Makes what the workflow fails with. */
  onFailure(failure: unknown, undone: Undone): Promise<unknown>;
}

/**
 * Runs `work`; when it fails, a cancellation included, runs its compensations newest first. They are not cancellable.
 * One that fails stops the rest: an older one may delete what the failed one still needs.
 */
export async function withSaga<Result>(
  work: (undo: Compensation[]) => Promise<Result>,
  { onUndo, onFailure }: SagaHooks,
): Promise<Result> {
  const compensations: Compensation[] = [];
  try {
    return await work(compensations);
  } catch (failure) {
    throw await CancellationScope.nonCancellable(async () =>
      onFailure(failure, await compensate(compensations.reverse(), onUndo)),
    );
  }
}

async function compensate(compensations: Compensation[], onUndo: SagaHooks['onUndo']): Promise<Undone> {
  const done: Compensation[] = [];
  for (const compensation of compensations) {
    onUndo(compensation);
    try {
      await compensation.run();
      done.push(compensation);
    } catch (error) {
      return { done, stuck: { at: compensation, error } };
    }
  }
  return { done };
}
