import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { PlanSummary } from '../contracts/plan.js';
import type { HeldSnapshot, PlannedStage } from '../contracts/stages.js';
import { canTakeNewSnapshot } from './failures.js';
import type { Holders } from './holders.js';
import type { Operation } from './operation.js';
import { copying, ddl } from './policies.js';

/** Units copied at the same time. More than a few only make them wait for the same disks. */
const LANES = 4;
const EPOCHS = 4;

interface CopyInput {
  stage: PlannedStage;
  plan: PlanSummary;
  holders: Holders;
  operation: Operation;
}

/** Copies every unit from one snapshot. When its holder is lost, all of them again from a new one: never two in one clone. */
export async function copyTables(input: CopyInput): Promise<void> {
  for (let epoch = 1; ; epoch++) {
    try {
      return await copyEpoch(input, `${input.operation.id}/${epoch}`);
    } catch (failure) {
      if (epoch === EPOCHS || !canTakeNewSnapshot(failure)) throw failure;
      input.operation.log('warning', 'copy', 'the snapshot of the source was lost; copying again from a new one');
      await sleep(1000 * 2 ** epoch);
    }
  }
}

async function copyEpoch({ stage, plan, holders, operation }: CopyInput, epoch: string): Promise<void> {
  const { held, holder } = await holders.snapshot({ ...stage, epoch });
  const progress = { tables: plan.tables, doneTables: 0, sizeBytes: plan.sizeBytes, doneBytes: 0, doneRows: 0 };
  const current = new Set<number>();
  const show = () =>
    operation.copied({
      ...progress,
      current: [...current].flatMap((unit) => plan.units[unit]?.tables ?? []).slice(0, 8),
    });

  async function copyUnit(unit: number): Promise<void> {
    await operation.checkpoint();
    current.add(unit);
    show();
    const totals = await copying.copyUnit({ ...stage, unit, held: held satisfies HeldSnapshot });
    await ddl.buildKeys({ ...stage, unit });
    current.delete(unit);
    progress.doneTables += totals.tables;
    progress.doneRows += totals.rows;
    progress.doneBytes += plan.units[unit]?.sizeBytes ?? 0;
    show();
  }

  try {
    await inLanes([...plan.units.keys()], copyUnit);
  } finally {
    await CancellationScope.nonCancellable(() => holder.release());
  }
}

/** Runs `work` for each item, a few at a time; the first failure cancels the others and waits until they have stopped. */
async function inLanes<Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  await CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    const lane = async () => {
      try {
        for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
      } catch (failure) {
        failures.push(failure);
        waiting.length = 0;
        scope.cancel();
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  });
  if (failures.length > 0) throw failures.find((failure) => !isCancellation(failure)) ?? failures[0];
}
