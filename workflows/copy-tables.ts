import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import type { PlanSummary } from '../contracts/plan.js';
import type { HeldSnapshot, PlannedStage } from '../contracts/stages.js';
import { canTakeNewSnapshot } from './failures.js';
import type { Holders } from './holders.js';
import type { Operation } from './operation.js';
import { copying, ddl } from './policies.js';

/** Units whose keys are built at the same time, beside the copies: each build has connections of its own. */
const KEY_LANES = 2;
const EPOCHS = 4;
const NAMED_TABLES = 8;

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
      current: [...current].flatMap((unit) => plan.units[unit]?.tables ?? []).slice(0, NAMED_TABLES),
    });

  const waiting = [...plan.units.keys()];
  const landed: number[] = [];
  const landing = countByTable(plan);
  let unlanded = waiting.length;

  async function copyLane(): Promise<void> {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      await operation.checkpoint();
      current.add(unit);
      show();
      const totals = await copyUnit({ stage, plan, unit, held });
      current.delete(unit);
      const tables = plan.units[unit]?.tables ?? [];
      const complete = countDown(tables, landing);
      if (complete.length === tables.length) landed.push(unit);
      unlanded--;
      progress.doneTables += complete.length;
      progress.doneRows += totals.rows;
      progress.doneBytes += plan.units[unit]?.sizeBytes ?? 0;
      show();
    }
  }

  async function keyLane(): Promise<void> {
    for (;;) {
      await condition(() => landed.length > 0 || unlanded === 0);
      const unit = landed.shift();
      if (unit === undefined) return;
      await operation.checkpoint();
      await ddl.buildKeys({ ...stage, unit });
    }
  }

  try {
    await together([...times(plan.lanes, copyLane), ...times(KEY_LANES, keyLane)]);
    if (stage.grant.options.verify) await verifyCopy(stage, held);
  } catch (failure) {
    holder.check(); // why the snapshot is gone says more than that it is
    throw failure;
  } finally {
    await CancellationScope.nonCancellable(() => holder.release());
  }
}

interface UnitInput {
  stage: PlannedStage;
  plan: PlanSummary;
  unit: number;
  held: HeldSnapshot;
}

function copyUnit({ stage, plan, unit, held }: UnitInput) {
  const tables = plan.units[unit]?.tables ?? [];
  const more = tables.length > 1 ? ` and ${tables.length - 1} more` : '';
  return copying.copyUnit.executeWithOptions({ summary: `${tables[0] ?? ''}${more}` }, [{ ...stage, unit, held }]);
}

/** While both sides can still be compared: the source as its snapshot has it. */
function verifyCopy(stage: PlannedStage, held: HeldSnapshot): Promise<void> {
  return copying.verifyChecksums({ ...stage, held });
}

/** By table: how many units are still to copy rows of it. */
function countByTable({ units }: PlanSummary): Map<string, number> {
  const counts = new Map<string, number>();
  for (const table of units.flatMap(({ tables }) => tables)) counts.set(table, (counts.get(table) ?? 0) + 1);
  return counts;
}

/** Counts a unit's tables down; returns those that no unit is left for. */
function countDown(tables: readonly string[], landing: Map<string, number>): string[] {
  for (const table of tables) landing.set(table, (landing.get(table) ?? 0) - 1);
  return tables.filter((table) => landing.get(table) === 0);
}

function times<Lane>(count: number, lane: Lane): Lane[] {
  return Array.from({ length: count }, () => lane);
}

/** Runs lanes side by side; the first failure cancels the others and waits until they have stopped. */
async function together(lanes: (() => Promise<void>)[]): Promise<void> {
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
