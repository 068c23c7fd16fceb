import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { findTemporalProgram } from '../client/temporal-program.js';
import { startLocalPostgres } from '../examples/local-postgres.js';
import { isBuilt } from '../scripts/is-built.mjs';
import type { BuiltPrograms } from '../worker/start-worker.js';
import { startTemporal } from './support/temporal.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The superuser's URL of the `postgres` database of each server. */
    postgresUrls: Record<PostgresMajorKey, string>;
    /** `host:port` */
    temporalAddress: string;
    /** What workers need not make for themselves. */
    built: BuiltPrograms;
  }
}

type PostgresMajorKey = 13 | 15 | 17 | 18;

/** Starts one real server of each supported PostgreSQL version and one Temporal server for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'envclone-workflows-'));
  const [built, temporal, ...servers] = await Promise.all([
    buildPrograms(directory),
    startTemporal(findTemporalProgram()),
    ...([13, 15, 17, 18] as const).map((major) => startLocalPostgres({ major })),
  ]);
  project.provide('built', built);
  project.provide('temporalAddress', temporal.address);
  project.provide(
    'postgresUrls',
    Object.fromEntries(servers.map((server) => [server.major, server.url()])) as Record<PostgresMajorKey, string>,
  );
  return async () => {
    await Promise.all([temporal, ...servers].map((server) => server.stop()));
    await rm(directory, { recursive: true });
  };
}

/** Those of dist/, when it was made of the sources as they are; otherwise the workflows are bundled once, and threads run the sources. */
async function buildPrograms(directory: string): Promise<BuiltPrograms> {
  const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
  if (isBuilt()) return { workflows: path('dist/workflows/bundle.js'), copyThread: path('dist/worker/copy-thread.js') };
  const workflows = join(directory, 'bundle.js');
  const logger = new DefaultLogger('ERROR');
  const { code } = await bundleWorkflowCode({ workflowsPath: path('workflows/index.ts'), logger });
  await writeFile(workflows, code);
  return { workflows };
}
