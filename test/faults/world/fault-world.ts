import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporalProgram } from '../../../client/temporal-program.js';
import { writeEnvFile } from '../../support/env-file.js';
import { MASK_KEY } from '../../support/mask-key.js';
import { startTemporal, type TestTemporal } from '../../support/temporal.js';
import { startWorkerProcess, type WorkerProcess } from '../../support/worker-process.js';
import { type Clock, makeClock } from './clock.js';
import { type Clones, openClones } from './clones.js';
import { type Side, startSource, startTarget } from './databases.js';
import { type Disk, hasDisks, makeDisk } from './disk.js';

export const STRATEGIES = ['swap', 'archive'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Two servers, Temporal on a file and worker processes: all of it real, this world's own, and there to be broken. */
export interface FaultWorld extends AsyncDisposable {
  source: Side;
  target: Side;
  temporal: TestTemporal;
  clones: Clones;
  /** Those that run. */
  workers: WorkerProcess[];
  startWorker(): Promise<void>;
  /** Of the workers. */
  clock: Clock;
  /** Small file systems: of the target's database, and of the artifact store. Absent without root. */
  disks: { target: Disk; store: Disk } | undefined;
  store: string;
  /** Where workers put temporary files. */
  temporary: string;
  /** Log of every process, Temporal's database, and the store. */
  traces: string[];
  /** Writes `.env.test` with another password. */
  configurePassword(password: string): Promise<void>;
  /** Everything is as at the beginning, whatever a fault that was not healed left; so many workers run. */
  reset(input: { strategy: Strategy; workers: number }): Promise<void>;
}

const NOBODY = 65534;
/** Of the sample: 1 makes about 10,000 rows. Smaller ones are for work on the suite. */
export const SCALE = Number(process.env.ENVCLONE_FAULTS_SCALE ?? 30);
/** Holds the copy back, so that it lasts long enough to have an early and a late moment. */
const COPY_SECONDS = 8;
const BYTES_AT_SCALE_ONE = 9_000_000;

export async function createFaultWorld(): Promise<FaultWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'envclone-faults-'));
  const [temporary, logs, state] = ['tmp', 'logs', 'temporal'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [temporary, logs, state]) await mkdir(path);
  const disks = hasDisks
    ? { target: makeDisk({ megabytes: 3_000, owner: NOBODY }), store: makeDisk({ megabytes: 300 }) }
    : undefined;
  const store = join(disks?.store.path ?? directory, 'artifacts');
  const [source, target, temporal] = await Promise.all([
    startSource({ scale: SCALE }),
    startTarget({ disk: disks?.target }),
    startTemporal(findTemporalProgram(), { file: join(state, 'temporal.db'), log: join(logs, 'temporal.log') }),
  ]);
  const clock = makeClock(directory);
  const clones = await openClones({ address: temporal.address });
  const workers: WorkerProcess[] = [];

  const configurePassword = async (password: string) => {
    const url = new URL(target.login.url);
    url.password = encodeURIComponent(password);
    await writeEnvFile(directory, 'test', { DATABASE_URL: url.toString(), ENVCLONE_MASK_KEY: MASK_KEY });
  };
  const configure = (strategy: Strategy) =>
    writeFile(
      join(directory, 'envclone.config.json'),
      JSON.stringify({
        environments: {
          production: { type: 'production', limits: { bytesPerSecond: (BYTES_AT_SCALE_ONE * SCALE) / COPY_SECONDS } },
          test: { type: 'test', restorePoint: strategy },
        },
        artifactsDirectory: store,
        temporal: { address: temporal.address },
      }),
    );
  const startWorker = async () => {
    const log = join(logs, `worker-${workers.length}.log`);
    workers.push(await startWorkerProcess(directory, { log, variables: { TMPDIR: temporary, ...clock.variables } }));
  };

  await writeEnvFile(directory, 'production', { DATABASE_URL: source.login.url });
  await configurePassword(target.login.password);
  await configure('swap');
  await clones.writeRules(directory);

  return {
    source,
    target,
    temporal,
    clones,
    workers,
    startWorker,
    clock,
    disks,
    store,
    temporary,
    traces: [logs, state, store, source.server.log, target.server.log],
    configurePassword,
    async reset({ strategy, workers: count }) {
      clock.reset();
      for (const { network } of [source, target]) network.heal();
      for (const disk of [disks?.target, disks?.store]) disk?.clear();
      await target.reset();
      await target.onServer(`alter role owner password '${target.login.password}'`);
      await configurePassword(target.login.password);
      await configure(strategy);
      await rm(store, { recursive: true, force: true });
      while (workers.length > count) await workers.pop()?.[Symbol.asyncDispose]();
      while (workers.length < count) await startWorker();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.kill()));
      await clones.close();
      await temporal.stop();
      for (const { server, network } of [source, target]) {
        await network[Symbol.asyncDispose]();
        await server.stop();
      }
      disks?.target[Symbol.dispose]();
      disks?.store[Symbol.dispose]();
      await rm(directory, { recursive: true });
    },
  };
}
