import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FAULTS } from '../faults/catalog/index.js';
import { createFaultWorld, STRATEGIES } from '../faults/world/fault-world.js';
import { MOMENTS } from '../faults/world/moments.js';
import { type Fault, measureUnfaulted, NothingToBreak, runFault } from '../faults/world/run-fault.js';

/**
 * Lets clones meet faults that a seed picks, for a while: `npm run test:soak -- --minutes 20 --seed 7`. The same seed picks the same faults, moments, strategies
 * and delays. `--fault <part of a name>` picks among those alone. Ends with 1 when a promise was broken.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    fault: { type: 'string', default: '' },
  },
});
const MOST_DELAY_MS = 10_000;

process.exitCode = (await soak()) ? 0 : 1;

async function soak(): Promise<boolean> {
  console.log(`seed ${values.seed}`);
  const until = performance.now() + Number(values.minutes) * 60_000;
  const random = randomOf(Number(values.seed));
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  await using world = await createFaultWorld();
  const checksums = await measureUnfaulted(world);
  const candidates = FAULTS.filter((fault) => fault.name.includes(values.fault) && !fault.missing?.(world));
  let runs = 0;
  let broken = 0;
  while (performance.now() < until) {
    const fault = pick(candidates);
    const moment = pick(MOMENTS);
    const strategy = pick(fault.strategies ?? STRATEGIES);
    const delayMs = Math.floor(random() * MOST_DELAY_MS);
    const when = `${moment} + ${delayMs} ms`;
    const told = [new Date().toISOString(), fault.name, when, strategy];
    runs++;
    try {
      const run = await runFault(world, { fault: delayed(fault, delayMs), moment, strategy, checksums });
      console.log([...told, run.outcome, `${run.seconds} s`].join(' | '));
      for (const promise of run.broken) console.log(`  BROKEN ${promise}`);
      broken += Number(run.broken.length > 0);
    } catch (error) {
      console.log([...told, `BROKEN ${error instanceof Error ? error.message : String(error)}`].join(' | '));
      broken++;
    }
  }
  console.log(`seed ${values.seed}: ${runs} faults, ${broken} with a broken promise`);
  return broken === 0;
}

/** Somewhat after the moment: every time at another statement. A clone that is over by then, or past what would be broken, is let alone. */
function delayed(fault: Fault, delayMs: number): Fault {
  let isInjected = false;
  return {
    ...fault,
    async inject(world, clone) {
      await sleep(delayMs);
      if (await clone.isOver()) return;
      isInjected = true;
      try {
        await fault.inject(world, clone);
      } catch (error) {
        if (!(error instanceof NothingToBreak)) throw error;
        isInjected = false;
      }
    },
    async heal(world, clone) {
      if (isInjected) await fault.heal?.(world, clone);
    },
  };
}

/** Mulberry32: numbers from 0 to 1, the same ones for a seed. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
