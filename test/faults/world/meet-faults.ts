import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFaultWorld, type FaultWorld, STRATEGIES } from './fault-world.js';
import { MOMENTS } from './moments.js';
import { recordOutcome } from './outcomes.js';
import { type Checksums, type Fault, measureUnfaulted, runFault } from './run-fault.js';

/** A clone meets each fault at each moment, in turn with a swap and with an archive. */
export function meetFaults(subject: string, faults: readonly Fault[]): void {
  describe(subject, () => {
    let world: FaultWorld;
    let checksums: Checksums;
    beforeAll(async () => {
      world = await createFaultWorld();
      checksums = await measureUnfaulted(world);
    }, 300_000);
    afterAll(() => world?.[Symbol.asyncDispose]());

    for (const [number, fault] of faults.entries()) {
      const { name, strategies = STRATEGIES } = fault;
      for (const [at, moment] of MOMENTS.entries()) {
        const strategy = strategies[(number + at) % strategies.length] ?? 'swap';
        test(`${name}: ${moment}, ${strategy}`, async (context) => {
          const missing = fault.missing?.(world);
          context.skip(missing !== undefined, `needs ${missing}`);
          const run = await runFault(world, { fault, moment, strategy, checksums });
          recordOutcome(run);
          expect(run.broken).toEqual([]);
        });
      }
    }
  });
}
