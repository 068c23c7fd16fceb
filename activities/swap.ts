import { besideGrant, type RestorePointInput, type TargetGrant } from '../contracts/stages.js';
import { swapNotPossible } from '../engine/plan/restore-strategy.js';
import { dropDatabase } from '../engine/schema/create-database.js';
import { findSwapObstacles } from '../engine/swap/obstacles.js';
import { returnToDatabase, undoReturn } from '../engine/swap/return-to-database.js';
import { swapTarget, unswapTarget } from '../engine/swap/swap-target.js';
import { adapt } from './adapt.js';
import { requireEnded } from './require-ended.js';
import type { OpenServices } from './services.js';
import { undoUnfinished } from './undo-unfinished.js';

interface SwapInput {
  grant: TargetGrant;
}

export const createSwapActivities = (open: OpenServices) => ({
  /** Makes sure that the clone can be built beside the target; what terminated clones left is undone first. @throws SafetyError `SWAP_NOT_POSSIBLE` */
  async prepareSwap({ grant }: SwapInput): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      await undoUnfinished(services, grant, { signal, progress, requireEnded });
      const target = await services.guard.admitTarget(grant.target, { ...grant, signal });
      const { lasting } = await findSwapObstacles(target, { signal });
      if (lasting.length > 0) throw swapNotPossible(grant.target, lasting);
    });
  },

  /** The database built beside the target takes its name; what the target was becomes the operation's restore point. */
  async swapTarget({ grant }: SwapInput): Promise<void> {
    return adapt(async ({ signal }) => {
      const { guard } = await open();
      await guard.admitTarget(grant.target, { ...besideGrant(grant), signal });
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
      await swapTarget(target, { operation: grant.operation, signal });
    });
  },

  /** Compensation: the target is the database again that it was. */
  async unswapTarget({ grant }: SwapInput): Promise<void> {
    return adapt(async ({ signal }) => {
      const { guard } = await open();
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
      await unswapTarget(target, { operation: grant.operation, signal });
    });
  },

  /** Compensation: drops what was built beside the target. */
  async dropBuilding({ grant }: SwapInput): Promise<void> {
    return adapt(async ({ signal }) => {
      const { guard } = await open();
      await dropDatabase(await guard.admitTarget(grant.target, { ...besideGrant(grant), signal }), { signal });
    });
  },

  /** Rollback: the database that is the restore point takes the target's name, and the target becomes a restore point. */
  async returnToDatabase({ grant, point }: RestorePointInput): Promise<void> {
    return adapt(async ({ signal }) => {
      const { guard } = await open();
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
      await returnToDatabase(target, { id: point.id, operation: grant.operation, signal });
    });
  },

  /** Compensation of `returnToDatabase`. */
  async undoReturn({ grant }: SwapInput): Promise<void> {
    return adapt(async ({ signal }) => {
      const { guard } = await open();
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
      await undoReturn(target, { operation: grant.operation, signal });
    });
  },
});
