import type { RunDetails } from 'fast-check';

interface Runs {
  numRuns: number;
  seed: number;
  endOnFailure: true;
}

/** More runs, or others: `ENVCLONE_PROPERTY_RUNS=200 ENVCLONE_PROPERTY_SEED=1 npx vitest run test/properties`. */
export function runsOf({ least, major }: { least: number; major: number }): Runs {
  return {
    numRuns: Number(process.env.ENVCLONE_PROPERTY_RUNS ?? least),
    seed: Number(process.env.ENVCLONE_PROPERTY_SEED ?? 20_240_229) + major,
    endOnFailure: true,
  };
}

/** What failed, without the thousands of values that were drawn. */
export function reporter<Drawn>({ failed, seed, counterexamplePath, errorInstance }: RunDetails<Drawn>): void {
  if (failed) throw new Error(`seed ${seed}, path ${counterexamplePath}: ${errorInstance}`, { cause: errorInstance });
}
