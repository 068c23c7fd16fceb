import { CancellationScope, isCancellation } from '@temporalio/workflow';

type Lane = () => Promise<void>;

/** Runs lanes side by side; the first failure cancels the others and waits until they have stopped. */
export async function together(lanes: Lane[]): Promise<void> {
  const failures: unknown[] = [];
  await CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    await Promise.all(
      lanes.map((lane) =>
        lane().catch((failure: unknown) => {
          failures.push(failure);
          scope.cancel();
        }),
      ),
    );
  });
  if (failures.length > 0) throw failures.find((failure) => !isCancellation(failure)) ?? failures[0];
}

export function times(count: number, lane: Lane): Lane[] {
  return Array.from({ length: count }, () => lane);
}
