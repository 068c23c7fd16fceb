import { pino } from 'pino';
import { createEnvironmentCloner } from '../client/environment-cloner.js';
import type { CloneOptions, CloneResult } from '../contracts/clone.js';
import { createServicesOpener } from '../worker/services.js';
import { startWorker } from '../worker/start-worker.js';
import { runClone } from './clone.js';
import { ownPeakBytes, startMeter } from './meter.js';
import type { Measurement } from './row.js';

/** What this process is asked to do, as one message of its parent. */
export interface CloneJob {
  directory: string;
  options: Partial<CloneOptions>;
  lanes: number;
  /** Its rules keep what a real clone would have to mask: that the search finds it is no error here. */
  keepsPersonalData?: boolean;
  /** Through a Temporal server and a worker in this process; otherwise the same activities by themselves. */
  temporal?: { address: string; taskQueue: string };
}

export type CloneAnswer = { measurement: Measurement } | { failure: string };

/** A clone in a process of its own, so that its memory is its own too. The process is as cold as a new worker's; its start is not measured. */
process.once('message', async (job: CloneJob) => {
  process.send?.(await answer(job), () => process.exit());
});
process.once('disconnect', () => process.exit()); // nobody waits for the answer any more

async function answer(job: CloneJob): Promise<CloneAnswer> {
  try {
    return { measurement: job.temporal ? await throughTemporal(job, job.temporal) : await byItself(job) };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function byItself({ directory, options, lanes, keepsPersonalData }: CloneJob): Promise<Measurement> {
  const open = createServicesOpener({ directory, logger: SILENT });
  const stop = startMeter('own');
  const { stages, result } = await runClone({ open, directory, source: 'production', target: 'test', options, lanes });
  return { ...stop(), ...sizesOf(result, keepsPersonalData), peakBytes: ownPeakBytes(), stages };
}

async function throughTemporal(
  { directory, options }: CloneJob,
  { address, taskQueue }: { address: string; taskQueue: string },
): Promise<Measurement> {
  const worker = await startWorker({ directory, address, taskQueue, logger: SILENT });
  const cloner = await createEnvironmentCloner({ address, taskQueue });
  try {
    const stop = startMeter('own');
    const input = { source: 'production', target: 'test', confirm: 'test', onInvalid: 'keep', options } as const;
    const result = await cloner.cloneEnvironment(input);
    return { ...stop(), ...sizesOf(result), peakBytes: ownPeakBytes() };
  } finally {
    await cloner.close();
    await worker.shutdown();
  }
}

/** @throws Error when the clone is not valid: nothing else is worth its time */
function sizesOf(
  { statistics, validation }: CloneResult,
  keepsPersonalData = false,
): Pick<Measurement, 'rows' | 'bytes'> {
  const errors = validation.errors.filter(({ message }) => !(keepsPersonalData && FOUND.test(message)));
  if (errors.length > 0) throw new Error(`the clone is not valid: ${errors.map(({ message }) => message).join('; ')}`);
  return { rows: statistics.recordsCloned, bytes: statistics.totalBytesCloned };
}

/** As the search tells of personal data. */
const FOUND = /: \d+ rows? with /;

const SILENT = pino({ level: 'silent' });
