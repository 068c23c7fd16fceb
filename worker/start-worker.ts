import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { createBackupActivities } from '../activities/backup.js';
import { createCopyActivities } from '../activities/copy.js';
import { createGuardActivities } from '../activities/guard.js';
import { measureActivities } from '../activities/measure.js';
import { createMigrateActivities } from '../activities/migrate.js';
import { createPlanActivities } from '../activities/plan.js';
import { createRecoveryActivities } from '../activities/recovery.js';
import { createReportActivities } from '../activities/report.js';
import { createRollbackPartsActivities } from '../activities/rollback-parts.js';
import { createSwapActivities } from '../activities/swap.js';
import { createValidateActivities } from '../activities/validate.js';
import { DEFAULT_TASK_QUEUE } from '../contracts/workflows.js';
import { createCopyThreads } from './copy-threads.js';
import { createLogger, type Logger } from './logger.js';
import { createServicesOpener } from './services.js';

export interface StartWorkerInput {
  /** Where envclone.config is. */
  directory: string;
  /** `host:port` of the Temporal server. */
  address: string;
  /** Default `default`. */
  namespace?: string;
  /** Default `envclone`. */
  taskQueue?: string;
  /** Default: JSON lines on stderr. */
  logger?: Logger;
  /** What was built before. Default: what lies beside this module; sources have no bundle of the workflows, so that Temporal makes it, which takes two seconds and 100 MB. */
  built?: BuiltPrograms;
}

export interface BuiltPrograms {
  /** Path of the workflows as one file. */
  workflows: string;
  /** Path of what a copying thread runs. */
  copyThread?: string;
}

export interface RunningWorker {
  /** Settles when the worker has stopped. */
  run: Promise<void>;
  /** Lets running activities stop, then ends. */
  shutdown(): Promise<void>;
}

/** Starts a worker that clones, validates and rolls back the environments of one directory. */
export async function startWorker(input: StartWorkerInput): Promise<RunningWorker> {
  const { directory, address, namespace = 'default', taskQueue = DEFAULT_TASK_QUEUE } = input;
  const logger = input.logger ?? createLogger();
  installRuntime(logger);
  const open = createServicesOpener({ directory, logger });
  const { copyThread } = input.built ?? {};
  const threads = createCopyThreads({ directory, ...(copyThread && { program: pathToFileURL(copyThread) }) });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    ...workflowCode(input.built),
    activities: measureActivities(open, {
      ...createGuardActivities(open),
      ...createPlanActivities(open),
      ...createBackupActivities(open),
      ...createMigrateActivities(open),
      ...createCopyActivities(open, threads.run),
      ...createSwapActivities(open),
      ...createRollbackPartsActivities(open),
      ...createValidateActivities(open),
      ...createReportActivities(open),
      ...createRecoveryActivities(open),
    }),
    shutdownGraceTime: '20s',
    maxHeartbeatThrottleInterval: '2s', // a cancellation reaches an activity with its heartbeat's answer
  });
  const run = worker.run().finally(async () => {
    await threads.close();
    await connection.close();
  });
  return {
    run,
    async shutdown() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await run;
    },
  };
}

function workflowCode(built?: BuiltPrograms): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = built?.workflows ?? fileURLToPath(new URL('../workflows/bundle.js', import.meta.url));
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  return { workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)) };
}

let isInstalled = false;

/** Temporal's runtime is one a process; the first worker decides where its log goes. */
function installRuntime(logger: Logger): void {
  if (isInstalled) return;
  isInstalled = true;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const { error: _error, ...fields } = meta ?? {}; // an error's text is in the operation's report, without its stack
      logger[level === 'ERROR' ? 'error' : 'warn'](fields, message);
    }),
    shutdownSignals: [],
  });
}
