import { CancellationScope } from '@temporalio/workflow';

export interface Compensation {
  /** For people: `restore test`. */
  name: string;
  /** `target` when what it undoes changed the target; `nothing` when the change of the target stays. */
  undoes: 'target' | 'store' | 'nothing';
  run: () => Promise<unknown>;
}

/** What one compensation came to. */
export type Compensated =
  | { status: 'done' }
  | { status: 'stuck'; error: unknown }
  /** A person chose to go on without it. */
  | { status: 'left out'; by: string };

/** What the compensations came to. */
export interface Undone {
  done: Compensation[];
  /** Left out by a person, while the target is what it was all the same. */
  leftOut: Compensation[];
  /** Where the undo ended early. */
  stuck?: { at: Compensation } & Exclude<Compensated, { status: 'done' }>;
}

export interface SagaHooks {
  onUndo(compensation: Compensation): void;
  /** Never rejects. */
  compensate(compensation: Compensation): Promise<Compensated>;
  /** Makes what the workflow fails with. */
  onFailure(failure: unknown, undone: Undone): Promise<unknown>;
}

/**
 * Runs `work`; when it fails, a cancellation included, runs its compensations newest first. They are not cancellable.
 * One that fails stops the rest: an older one may delete what the failed one still needs.
 */
export async function withSaga<Result>(
  work: (undo: Compensation[]) => Promise<Result>,
  hooks: SagaHooks,
): Promise<Result> {
  const compensations: Compensation[] = [];
  try {
    return await work(compensations);
  } catch (failure) {
    throw await CancellationScope.nonCancellable(async () =>
      hooks.onFailure(failure, await compensateAll(compensations.reverse(), hooks)),
    );
  }
}

async function compensateAll(
  compensations: Compensation[],
  { onUndo, compensate }: Pick<SagaHooks, 'onUndo' | 'compensate'>,
): Promise<Undone> {
  const undone: Undone = { done: [], leftOut: [] };
  for (const compensation of compensations) {
    onUndo(compensation);
    const outcome = await compensate(compensation);
    if (outcome.status === 'done') undone.done.push(compensation);
    else if (outcome.status === 'left out' && compensation.undoes === 'store') undone.leftOut.push(compensation);
    else return { ...undone, stuck: { at: compensation, ...outcome } };
  }
  return undone;
}
