import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CloneAnswer, CloneJob } from './clone-process.js';
import type { Metered } from './meter.js';
import type { Measurement } from './row.js';

/** Units copied at the same time, where a row does not say. As the workflow. */
export const LANES = 4;

export interface OurCloneInput extends Omit<CloneJob, 'lanes' | 'options'> {
  options?: CloneJob['options'];
  lanes?: number;
  /** Only the stages that a raw cloner has too: no guard, restore point and validation. Their time is known by itself then. */
  comparedStages?: boolean;
}

/** Runs our clone in a process of its own. @throws Error with what it failed on */
export async function measureOurClone(input: OurCloneInput): Promise<Measurement> {
  const { comparedStages = false, lanes = LANES, options = {}, ...job } = input;
  const measured = await runJob({ ...job, options, lanes });
  if (!comparedStages) return measured;
  const compared = measured.stages?.filter(({ isCompared }) => isCompared) ?? [];
  const sumOf = (figure: keyof Metered) => compared.reduce((sum, stage) => sum + stage[figure], 0);
  return {
    ...measured,
    seconds: sumOf('seconds'),
    cpuSeconds: sumOf('cpuSeconds'),
    machineCpuSeconds: sumOf('machineCpuSeconds'),
  };
}

/** Seconds of one stage; of the whole where stages are not known. */
export function stageSeconds({ stages, seconds }: Measurement, name: string): number {
  return stages?.find(({ stage }) => stage === name)?.seconds ?? seconds;
}

async function runJob(job: CloneJob): Promise<Measurement> {
  const program = fileURLToPath(new URL(`./clone-process${extname(import.meta.url)}`, import.meta.url));
  const child = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const answered = new Promise<CloneAnswer>((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as CloneAnswer));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the clone's process ended with exit code ${code}`)));
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.send(job);
  const answer = await answered;
  await ended; // its time counts among our children's from then on
  if ('failure' in answer) throw new Error(answer.failure);
  return answer.measurement;
}
