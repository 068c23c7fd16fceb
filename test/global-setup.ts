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
  }
}

type PostgresMajorKey = 13 | 15 | 17 | 18;

/** Starts one real server of each supported PostgreSQL version and one Temporal server for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [temporal, ...servers] = await Promise.all([
    startTemporal(findTemporalProgram()),
    ...([13, 15, 17, 18] as const).map((major) => startLocalPostgres({ major })),
  ]);
  project.provide('temporalAddress', temporal.address);
  project.provide(
    'postgresUrls',
    Object.fromEntries(servers.map((server) => [server.major, server.url()])) as Record<PostgresMajorKey, string>,
  );
  return async () => {
    await Promise.all([temporal, ...servers].map((server) => server.stop()));
  };
}
