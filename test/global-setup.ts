import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { findTemporalProgram } from '../client/temporal-program.js';
import { startLocalPostgres } from '../examples/local-postgres.js';
import { startTemporal } from './support/temporal.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The superuser's URL of the `postgres` database of each server. */
    postgresUrls: Record<PostgresMajorKey, string>;
    /** `host:port` */
    temporalAddress: string;
    /** The workflows' code, made once for all tests. */
    workflowBundle: { codePath: string };
  }
}

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

type PostgresMajorKey = 13 | 15 | 17 | 18;

/** Starts one real server of each supported PostgreSQL version and one Temporal server for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'envclone-workflows-'));
  const [bundle, temporal, ...servers] = await Promise.all([
    bundleWorkflowCode({ workflowsPath: WORKFLOWS, logger: new DefaultLogger('ERROR') }),
    startTemporal(findTemporalProgram()),
    ...([13, 15, 17, 18] as const).map((major) => startLocalPostgres({ major })),
  ]);
  const codePath = join(directory, 'bundle.js');
  await writeFile(codePath, bundle.code);
  project.provide('workflowBundle', { codePath });
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
