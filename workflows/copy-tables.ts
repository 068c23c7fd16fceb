import {
  CancellationScope,
  type ChildWorkflowHandle,
  condition,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  setHandler,
  sleep,
  startChild,
} from '@temporalio/workflow';
import type { CopyProgress } from '../contracts/clone.js';
import type { PlanSummary } from '../contracts/plan.js';
import type { HeldSnapshot, PlannedStage } from '../contracts/stages.js';
import { copiedSignal, copyUnits, pausedSignal } from './copy-units.js';
import { canTakeNewSnapshot } from './failures.js';
import type { Holders } from './holders.js';
import type { Operation } from './operation.js';
import { copying } from './policies.js';
import type { Recovery } from './recovery.js';

const EPOCHS = 4;

interface CopyInput {
  stage: PlannedStage;
  plan: PlanSummary;
  holders: Holders;
  operation: Operation;
  recovery: Recovery;
}

/**
 * Copies every unit from one snapshot. When its holder is lost, all of them again from a new one: never two in one clone. While the copy waits for a
 * person none is held, for it would keep the source from vacuuming: it begins again from a new one too.
 */
export async function copyTables(input: CopyInput): Promise<void> {
  setHandler(copiedSignal, input.operation.copied);
  let epoch = 0;
  await input.recovery.step(async () => {
    for (let attempt = 1; ; attempt++) {
      epoch++;
      try {
        return await copyEpoch(input, `${input.operation.id}/${epoch}`);
      } catch (failure) {
        if (attempt === EPOCHS || !canTakeNewSnapshot(failure)) throw failure;
        input.operation.log('warning', 'copy', 'the snapshot of the source was lost; copying again from a new one');
        await sleep(1000 * 2 ** attempt);
      }
    }
  });
}

async function copyEpoch(input: CopyInput, epoch: string): Promise<void> {
  const { stage, holders, operation } = input;
  const { held, holder } = await holders.snapshot({ ...stage, epoch });
  try {
    await operation.checkpoint();
    operation.copied(await copyInChild(input, held));
    if (stage.grant.options.verify) await verifyCopy(stage, held);
  } catch (failure) {
    holder.check(); // why the snapshot is gone says more than that it is
    throw failure;
  } finally {
    await CancellationScope.nonCancellable(() => holder.release());
  }
}

/** The child pauses when the operation does; when that is cancelled, this waits until the copies have ended. */
async function copyInChild({ stage, plan, operation }: CopyInput, held: HeldSnapshot): Promise<CopyProgress> {
  const { cancelRequested } = CancellationScope.current();
  return CancellationScope.nonCancellable(async () => {
    const child = await startChild(copyUnits, {
      workflowId: held.epoch,
      args: [{ ...stage, held, ...wholeCopy(plan) }],
      staticSummary: `copy to ${stage.grant.target}`,
      parentClosePolicy: ParentClosePolicy.TERMINATE,
    });
    const following = new CancellationScope(); // until the child ends
    following.run(() => passPausesOn(operation, child)).catch(() => {});
    // By its id: the scope's own cancellation names the child's first run, which may have ended.
    const cancel = async () => {
      if (!following.consideredCancelled) await getExternalWorkflowHandle(child.workflowId).cancel();
    };
    cancelRequested.catch(cancel).catch(() => {});
    return child.result().finally(() => following.cancel());
  });
}

function wholeCopy({ units, lanes, historyLimit, tables, sizeBytes }: PlanSummary) {
  return {
    lanes,
    historyLimit,
    left: units.map((unit, index) => ({
      unit: index,
      table: unit.tables[0] ?? '',
      tables: unit.tables.length,
      sizeBytes: unit.sizeBytes,
    })),
    landed: [],
    progress: { tables, doneTables: 0, sizeBytes, doneBytes: 0, doneRows: 0, current: [] },
  };
}

async function passPausesOn(operation: Operation, child: ChildWorkflowHandle<typeof copyUnits>): Promise<never> {
  for (let isPaused = false; ; isPaused = !isPaused) {
    await condition(() => operation.isPaused() !== isPaused);
    await child.signal(pausedSignal, !isPaused);
  }
}

/** While both sides can still be compared: the source as its snapshot has it. */
function verifyCopy(stage: PlannedStage, held: HeldSnapshot): Promise<void> {
  return copying.verifyChecksums({ ...stage, held });
}
