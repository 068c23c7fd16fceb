import type { FaultWorld } from '../world/fault-world.js';
import type { Fault } from '../world/run-fault.js';

/** Workers and the Temporal server. */
export const PROCESS_FAULTS: Fault[] = [
  {
    name: 'the worker is killed, and started again',
    inject: (world) => killWorker(world),
    heal: (world) => world.startWorker(),
    healAfterMs: 2_000,
  },
  {
    name: 'one of two workers is killed',
    workers: 2,
    inject: async (world, clone) => killWorker(world, await clone.snapshotHolder()),
  },
  {
    name: 'the worker stands still for longer than its heartbeat',
    inject: ({ workers }) => signal(workers, 'SIGSTOP'),
    heal: ({ workers }) => signal(workers, 'SIGCONT'),
    healAfterMs: 40_000,
  },
  {
    name: 'Temporal is killed, and started on the same file',
    inject: ({ temporal }) => temporal.kill(),
    heal: ({ temporal }) => temporal.start(),
    healAfterMs: 3_000,
  },
  {
    name: "the worker's clock jumps two hours ahead, and back",
    inject: ({ clock }) => clock.jump(7_200),
    heal: ({ clock }) => clock.reset(),
    missing: ({ clock }) => (clock.canJump ? undefined : 'libfaketime'),
  },
];

async function killWorker({ workers }: FaultWorld, pid = workers[0]?.pid): Promise<void> {
  const at = workers.findIndex((worker) => worker.pid === pid);
  const [killed] = workers.splice(Math.max(0, at), 1);
  await killed?.kill();
}

function signal(workers: FaultWorld['workers'], name: NodeJS.Signals): void {
  for (const { pid } of workers) process.kill(pid, name);
}
