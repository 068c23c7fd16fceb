import type { Fault } from '../world/run-fault.js';

/** What whoever started the clone does. */
export const PEOPLE_FAULTS: Fault[] = [
  {
    name: 'a second clone of the same target is started',
    async inject({ clones }) {
      const ended = await (await clones.start()).ended();
      if (ended.status !== 'failed' || ended.code !== 'TARGET_BUSY' || ended.target !== 'untouched')
        throw new Error(`the second clone: ${JSON.stringify(ended)}`);
    },
  },
  { name: 'the clone is cancelled', inject: (_, clone) => clone.cancel() },
  { name: 'the clone is terminated', inject: (_, clone) => clone.terminate() },
];
