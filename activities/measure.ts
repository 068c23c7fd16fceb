import { setTimeout as sleep } from 'node:timers/promises';
import type { CloneStage } from '../contracts/clone.js';
import { createCpuMeter } from '../engine/monitoring/cpu-meter.js';
import type { OpenServices } from './services.js';

/** Each takes one object. */
type Activity = (input: never) => Promise<unknown>;

/** The same activities; what each attempt takes is kept for its operation's report. Those that only hold something are left alone. */
export function measureActivities(open: OpenServices, activities: Record<string, Activity>): Record<string, Activity> {
  return Object.fromEntries(
    Object.entries(activities).map(([name, run]) => {
      const stage = STAGE_OF[name];
      return [name, stage ? (input: never) => measure(open, { name, stage, input, run }) : run];
    }),
  );
}

const STAGE_OF: Readonly<Record<string, CloneStage>> = {
  admitClone: 'guard',
  admitRollback: 'guard',
  admitRecovery: 'guard',
  planClone: 'analyze',
  createRestorePoint: 'backup',
  prepareSwap: 'backup',
  rebuildSchema: 'migrate',
  copyUnit: 'copy',
  buildKeys: 'copy',
  verifyChecksums: 'copy',
  addForeignKeys: 'finish',
  finishSchema: 'finish',
  validateClone: 'validate',
  validateEnvironment: 'validate',
  swapTarget: 'swap',
  returnToDatabase: 'swap',
  restoreTarget: 'undo',
  dropCreatedRoles: 'undo',
  discardRestorePoint: 'undo',
  unswapTarget: 'undo',
  dropBuilding: 'undo',
  undoReturn: 'undo',
  undoLeftovers: 'undo',
};

const cpu = createCpuMeter();

/** The activity's heartbeats have ended by then: a slow store is not waited for. */
const PATIENCE_MS = 2_000;

interface MeasureInput {
  name: string;
  stage: CloneStage;
  input: never;
  run: Activity;
}

async function measure(open: OpenServices, { name, stage, input, run }: MeasureInput): Promise<unknown> {
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const stop = cpu.start();
  try {
    return await run(input);
  } finally {
    const cpuMs = Math.round(stop());
    const operation = operationOf(input);
    if (operation) {
      const wallMs = Math.round(performance.now() - start);
      const recorded = open()
        .then(({ monitor }) => monitor.recordMeasure(operation, { activity: name, stage, startedAt, wallMs, cpuMs }))
        .catch(() => {}); // what the activity came to is what counts
      await Promise.race([recorded, sleep(PATIENCE_MS, undefined, { ref: false })]);
    }
  }
}

function operationOf(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  if ('operation' in input && typeof input.operation === 'string') return input.operation;
  return 'grant' in input ? operationOf(input.grant) : undefined;
}
