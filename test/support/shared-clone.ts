import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import type { CloneResult } from '../../contracts/clone.js';
import { readLedger } from '../../engine/copy/ledger.js';
import type { TestDatabase } from './databases.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';
import { createWorld, type World } from './world.js';

/** Each is a unit of its own: its pages, of which one row fills one, are more than half of what a unit holds. */
const TABLES = Array.from({ length: 16 }, (_, at) => `public.stock_${at}`);
const ROWS = 2_100;
const SOURCE = TABLES.map(
  (table) => `
    create table ${table} (id int primary key, note text) with (fillfactor = 10);
    insert into ${table} select n, repeat('x', 450) from generate_series(1, ${ROWS}) n;`,
).join('');

export const SHARED_ROWS = TABLES.length * ROWS;

export interface SharedClone extends AsyncDisposable {
  world: World;
  operationId: string;
  workers: WorkerProcess[];
  result: Promise<CloneResult>;
  /** Process ids that the ledger names, as soon as there are two; fewer when the clone is over. */
  copiers(): Promise<number[]>;
  /** The process whose activity holds the snapshot. */
  snapshotHolder(): Promise<number>;
}

/** A clone of sixteen units by two worker processes; of the source they read 15 MB, as slowly as given. */
export async function startSharedClone({ bytesPerSecond }: { bytesPerSecond: number }): Promise<SharedClone> {
  const world = await createWorld({ source: SOURCE, hasWorker: false });
  await world.configure(({ environments }) => {
    environments.production = { type: 'production', limits: { bytesPerSecond } };
    environments.test = { type: 'test', allowRawData: true };
  });
  const workers = await Promise.all([startWorkerProcess(world.directory), startWorkerProcess(world.directory)]);
  const clone = { source: 'production', target: 'test', confirm: 'test', options: { anonymizeData: false } };
  const { operationId, result } = await world.cloner.startClone(clone);
  const cloning = result();
  return {
    world,
    operationId,
    workers,
    result: cloning,
    copiers: () => copiersOf(world.target, cloning),
    snapshotHolder: () => snapshotHolderOf(operationId),
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
      await world[Symbol.asyncDispose]();
    },
  };
}

async function copiersOf(target: TestDatabase, cloning: Promise<unknown>): Promise<number[]> {
  const copiers = new Set<number>();
  let isOver = false;
  const over = cloning.finally(() => {
    isOver = true;
  });
  await using session = await target.session();
  while (!isOver && copiers.size < 2) {
    const { workers = [] } = (await readLedger(session)) ?? {};
    for (const worker of workers) copiers.add(Number(worker.split(':')[1]));
    await Promise.race([over, sleep(50)]);
  }
  return [...copiers];
}

async function snapshotHolderOf(operationId: string): Promise<number> {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  const { raw } = await new Client({ connection }).workflow.getHandle(operationId).describe();
  await connection.close();
  const holding = raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'holdSnapshot');
  return Number.parseInt(holding?.lastWorkerIdentity ?? '', 10);
}
