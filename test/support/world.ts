import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { inject } from 'vitest';
import { createEnvironmentCloner, type EnvironmentCloner } from '../../client/environment-cloner.js';
import type { RestoreStrategy } from '../../contracts/environments.js';
import { createReader } from '../../examples/loft/create.js';
import { openDesk } from '../../worker/desk.js';
import { type RunningWorker, startWorker } from '../../worker/start-worker.js';
import { loftDatabase } from '../loft/loft-database.js';
import { createDatabase, onServer, type PostgresMajor, type TestDatabase } from './databases.js';
import { writeEnvFile } from './env-file.js';
import { MASK_KEY } from './mask-key.js';

export interface World extends AsyncDisposable {
  directory: string;
  /** Production, as its superuser sees it. */
  source: { name: string; url: string };
  target: TestDatabase;
  cloner: EnvironmentCloner;
  taskQueue: string;
  /** Changes the configuration of the environments or adds to it. */
  configure(change: (config: WorldConfig) => void): Promise<void>;
  /** Writes `.env.<environment>`. */
  environment(name: string, variables: Record<string, string>): Promise<void>;
}

export interface WorldConfig {
  environments: Record<string, Record<string, unknown>>;
  [key: string]: unknown;
}

interface WorldInput {
  major?: PostgresMajor;
  targetMajor?: PostgresMajor;
  /** SQL of the target before the clone. */
  target?: string;
  /** SQL of a source that is not the sample. */
  source?: string;
  /** What the target's configuration says, unless `configure` says otherwise. Default `archive`: the clone is rebuilt in place. */
  restorePoint?: RestoreStrategy;
  /** Default `true`; otherwise the test starts one. */
  hasWorker?: boolean;
}

/** Production (the sample, or the given SQL), a target, a configuration and a worker: everything real, and all of it this test's own. */
export async function createWorld({
  major = 17,
  targetMajor = major,
  target = '',
  source,
  restorePoint = 'archive',
  hasWorker = true,
}: WorldInput = {}): Promise<World> {
  const sourceDatabase =
    source === undefined ? await loftDatabase({ major }) : await createDatabase({ major, sql: source });
  const targetDatabase = await createDatabase({ major: targetMajor, sql: target });
  const directory = await mkdtemp(join(tmpdir(), 'envclone-world-'));
  const taskQueue = `world-${randomBytes(4).toString('hex')}`;
  const address = inject('temporalAddress');
  let config: WorldConfig = {
    environments: { production: { type: 'production' }, test: { type: 'test' } },
    temporal: { address, taskQueue },
  };
  const writeConfig = () => {
    const environments = { ...config.environments, test: { restorePoint, ...config.environments.test } };
    return writeFile(join(directory, 'envclone.config.json'), JSON.stringify({ ...config, environments }));
  };
  await writeConfig();
  const reader = { user: `reader_${sourceDatabase.name}`, password: 'reader' };
  const serverUrl = inject('postgresUrls')[major];
  await writeEnvFile(directory, 'production', {
    DATABASE_URL: await createReader({ serverUrl, database: sourceDatabase.name, ...reader }),
  });
  await writeEnvFile(directory, 'test', {
    DATABASE_URL: targetDatabase.url,
    ENVCLONE_MASK_KEY: MASK_KEY,
  });
  const desk = await openDesk(directory);
  await desk.rules('production', { write: true, undecided: 'mask', sample: false });
  const worker: RunningWorker | undefined = hasWorker
    ? await startWorker({
        directory,
        address,
        taskQueue,
        logger: pino({ level: 'silent' }),
        built: inject('built'),
      })
    : undefined;
  const cloner = await createEnvironmentCloner({ address, taskQueue });
  return {
    directory,
    source: sourceDatabase,
    target: targetDatabase,
    cloner,
    taskQueue,
    async configure(change) {
      config = structuredClone(config);
      change(config);
      await writeConfig();
    },
    environment: (name, variables) => writeEnvFile(directory, name, variables),
    async [Symbol.asyncDispose]() {
      await worker?.shutdown();
      await cloner.close();
      await Promise.all([sourceDatabase, targetDatabase].map((database) => database[Symbol.asyncDispose]()));
      await onServer(serverUrl, `drop role ${reader.user}`);
      await rm(directory, { recursive: true });
    },
  };
}
