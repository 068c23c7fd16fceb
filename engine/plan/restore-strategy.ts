import type { RestoreStrategy } from '../../contracts/environments.js';
import { SafetyError } from '../../contracts/errors.js';
import type { ClonePlan } from '../../contracts/plan.js';

export interface RestoreStrategyInput {
  target: string;
  /** Whether the target's database is there. */
  exists: boolean;
  asked: RestoreStrategy | undefined;
  /** Why no clone can be built beside the target. Looked for only where that decides. */
  obstacles(): Promise<SwapObstacles>;
}

interface SwapObstacles {
  lasting: readonly string[];
  passing: readonly string[];
}

export type ChosenRestorePoint = Required<Pick<ClonePlan, 'restorePoint' | 'restorePointReason'>>;

/** What a clone will be undone with, and why. @throws SafetyError `SWAP_NOT_POSSIBLE` when that was asked for by name */
export async function chooseRestorePoint(input: RestoreStrategyInput): Promise<ChosenRestorePoint> {
  const { target, exists, asked = 'auto', obstacles } = input;
  if (asked === 'none') return chosen('none', `the configuration of ${target} says so`);
  if (!exists) return chosen('drop database', 'there is no database yet');
  if (asked === 'archive') return chosen('archive', 'it was asked for');
  const { lasting, passing } = await obstacles();
  if (asked === 'auto') {
    const [first] = [...lasting, ...passing];
    return first === undefined ? chosen('swap', 'role and server allow it') : chosen('archive', `no swap: ${first}`);
  }
  if (lasting.length > 0) throw swapNotPossible(target, lasting);
  const [warning] = passing;
  return chosen('swap', warning === undefined ? 'it was asked for' : `it was asked for; in the way now: ${warning}`);
}

function chosen(restorePoint: ChosenRestorePoint['restorePoint'], restorePointReason: string): ChosenRestorePoint {
  return { restorePoint, restorePointReason };
}

export function swapNotPossible(target: string, obstacles: readonly string[]): SafetyError {
  return new SafetyError(
    'SWAP_NOT_POSSIBLE',
    [`no clone can be built beside ${target} and take its name:`, ...obstacles].join('\n  '),
    { details: { obstacles: [...obstacles] } },
  );
}
