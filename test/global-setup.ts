import type { TestProject } from 'vitest/node';
import { startLocalPostgres } from '../examples/local-postgres.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The superuser's URL of the `postgres` database of each server. */
    postgresUrls: Record<PostgresMajorKey, string>;
  }
}

type PostgresMajorKey = 13 | 15 | 17 | 18;

/** Starts one real server of each supported version for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await Promise.all(([13, 15, 17, 18] as const).map((major) => startLocalPostgres({ major })));
  project.provide(
    'postgresUrls',
    Object.fromEntries(servers.map((server) => [server.major, server.url()])) as Record<PostgresMajorKey, string>,
  );
  return async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
}
