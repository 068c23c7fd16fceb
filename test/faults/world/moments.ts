import { setTimeout as sleep } from 'node:timers/promises';
import type { CloneOperation } from '../../../contracts/clone.js';
import type { Clone } from './clones.js';

export const MOMENTS = ['early copy', 'late copy', 'indexes'] as const;
export type Moment = (typeof MOMENTS)[number];

const LATE = 0.7;

/** Waits until a clone is there. @throws Error when it is over before */
export async function reach(clone: Clone, moment: Moment): Promise<void> {
  for (;;) {
    const operation = await clone.progress();
    if (operation && HAS_COME[moment](operation)) return;
    if (await clone.isOver())
      throw new Error(`the clone was over before its ${moment}: ${JSON.stringify(operation?.failure)}`);
    await sleep(50);
  }
}

const HAS_COME: Record<Moment, (operation: CloneOperation) => boolean> = {
  'early copy': (operation) => shareOf(operation) > 0,
  'late copy': (operation) => shareOf(operation) >= LATE,
  indexes: (operation) => shareOf(operation) >= 1 || operation.stage === 'finish',
};

function shareOf({ copy }: CloneOperation): number {
  return copy && copy.sizeBytes > 0 ? copy.doneBytes / copy.sizeBytes : 0;
}
