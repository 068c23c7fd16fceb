import type { Fault } from '../world/run-fault.js';

const SLOW = 64_000;

/** The ways to the two servers. */
export const NETWORK_FAULTS: Fault[] = (['source', 'target'] as const).flatMap((side) => [
  {
    name: `the network to the ${side} is cut without a word, for half a minute`,
    inject: (world) => world[side].network.cut(),
    heal: (world) => world[side].network.heal(),
    healAfterMs: 30_000,
  },
  {
    name: `the network to the ${side} passes 64 kB/s, for a quarter of a minute`,
    inject: (world) => world[side].network.throttle(SLOW),
    heal: (world) => world[side].network.heal(),
    healAfterMs: 15_000,
  },
]);
