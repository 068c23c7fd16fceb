import { randomBytes } from 'node:crypto';
import type { OpenServices } from '../activities/services.js';
import type { CloneOptions, CloneResult } from '../contracts/clone.js';
import type { PlanSummary } from '../contracts/plan.js';
import type { HeldSnapshot, PlannedStage } from '../contracts/stages.js';
import { createCopyThreads } from '../worker/copy-threads.js';
import { createActivities, holdActivity, runActivity } from './in-process.js';
import { startMeter } from './meter.js';
import type { StageTime } from './row.js';

export interface CloneRunInput {
  open: OpenServices;
  /** Where its configuration is. */
  directory: string;
  source: string;
  target: string;
  options?: Partial<CloneOptions>;
  /** Units copied at the same time. */
  lanes: number;
}

export interface CloneRun {
  stages: StageTime[];
  result: CloneResult;
}

type Activities = ReturnType<typeof createActivities>;

/** The activities of a clone in its workflow's order, called directly: no server, no history. Says how long each stage took. */
export async function runClone(input: CloneRunInput): Promise<CloneRun> {
  const { open, directory, source, target, options, lanes } = input;
  const threads = createCopyThreads({ directory });
  const activities = createActivities(open, threads.run);
  const operation = `bench-${randomBytes(4).toString('hex')}`;
  const startedAt = new Date().toISOString();
  const { stages, time } = timer();

  const grant = await time('guard', ALONE, () =>
    runActivity(() =>
      activities.admitClone({
        operation,
        input: { source, target, confirm: target, onInvalid: 'keep', ...(options && { options }) },
      }),
    ),
  );
  const lock = await time('lock', ALONE, () => holdActivity<undefined>(() => activities.holdTarget(grant)));
  try {
    const plan = await time('analyze', COMPARED, () => runActivity(() => activities.planClone(grant)));
    const stage = { grant, plan: plan.plan };
    const point = { environment: target, id: operation };
    await time('backup', ALONE, () => runActivity(() => activities.createRestorePoint({ grant, point })));
    await time('migrate', COMPARED, () => runActivity(() => activities.rebuildSchema(stage)));
    await copyAndBuildKeys({ activities, stage, plan, lanes, stages, epoch: `${operation}/1` });
    await time('foreign keys', COMPARED, () => addForeignKeys(activities, stage));
    await time('finish', COMPARED, () => runActivity(() => activities.finishSchema(stage)));
    await time('validate', ALONE, () => runActivity(() => activities.validateClone({ ...stage, onInvalid: 'keep' })));
    const result = await time('report', ALONE, () =>
      runActivity(() => activities.completeClone({ ...stage, point, startedAt, timings: {} })),
    );
    return { stages, result };
  } finally {
    await threads.close();
    await lock.release();
  }
}

/** An activity of its own where the schema's end is built in steps; otherwise a part of `finishSchema`. */
async function addForeignKeys(
  activities: Activities & { addForeignKeys?: (stage: PlannedStage) => Promise<void> },
  stage: PlannedStage,
): Promise<void> {
  const { addForeignKeys } = activities;
  if (addForeignKeys) await runActivity(() => addForeignKeys(stage));
}

interface CopyInput {
  activities: Activities;
  stage: PlannedStage;
  plan: PlanSummary;
  lanes: number;
  epoch: string;
  stages: StageTime[];
}

/** Units in lanes; keys beside them, as soon as every unit of their tables has landed. `keys` is what remains of them after the last copy. */
async function copyAndBuildKeys({ activities, stage, plan, lanes, epoch, stages }: CopyInput): Promise<void> {
  const { time } = timer(stages);
  const missing = new Map<string, number>();
  for (const table of plan.units.flatMap(({ tables }) => tables)) missing.set(table, (missing.get(table) ?? 0) + 1);
  const builds: Promise<void>[] = [];
  const waiting = [...plan.units.entries()];

  async function lane(held: HeldSnapshot): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [unit, { tables }] = next;
      await runActivity(() => activities.copyUnit({ ...stage, unit, held }));
      for (const table of tables) missing.set(table, (missing.get(table) ?? 0) - 1);
      if (tables.some((table) => missing.get(table) !== 0)) continue;
      const build = runActivity(() => activities.buildKeys({ ...stage, unit }));
      build.catch(() => {}); // thrown below, once the copies are done
      builds.push(build);
    }
  }

  const holder = await time('snapshot', COMPARED, () =>
    holdActivity<HeldSnapshot>(() => activities.holdSnapshot({ ...stage, epoch })),
  );
  try {
    await time('copy', COMPARED, () => Promise.all(Array.from({ length: lanes }, () => lane(holder.value))));
  } finally {
    await holder.release();
  }
  await time('keys', COMPARED, () => Promise.all(builds));
}

/** Raw cloners do this too. */
const COMPARED = true;
/** Proofs, locks, restore points and validation: no raw cloner has them. */
const ALONE = false;

function timer(stages: StageTime[] = []) {
  return {
    stages,
    async time<Result>(stage: string, isCompared: boolean, work: () => Promise<Result>): Promise<Result> {
      const stop = startMeter('own');
      const result = await work();
      stages.push({ stage, isCompared, ...stop() });
      return result;
    },
  };
}
