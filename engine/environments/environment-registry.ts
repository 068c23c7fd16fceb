import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnvironmentStatus, EnvironmentType } from '../../contracts/environments.js';
import type { Configuration } from './configuration.js';
import { createConfigurationManager } from './configuration-manager.js';
import { databaseAddress } from './database-url.js';

/** What `envclone env list` shows of an environment: nothing of it is secret. */
export interface Environment {
  id: string;
  name: string;
  type: EnvironmentType;
  envFile: string;
  supabaseUrl?: string;
  /** `host:port/database`; absent when DATABASE_URL is missing or malformed. */
  database?: string;
  /** `active`: the application uses it. `error`: it has mistakes. */
  status: EnvironmentStatus;
  /** When its file changed, ISO 8601, UTC. */
  lastUpdated?: string;
}

/** Every environment of a configuration, in the file's order. */
export async function listEnvironments(configuration: Configuration): Promise<Environment[]> {
  const current = await createConfigurationManager(configuration).currentEnvironment();
  return Promise.all(
    [...configuration.environments.values()].map(async ({ name, type, envFile, databaseUrl, variables }) => {
      const supabaseUrl = variables.config.NEXT_PUBLIC_SUPABASE_URL;
      const lastUpdated = await changedAt(join(configuration.directory, envFile));
      const isBroken = configuration.mistakesOf(name).length > 0;
      const status = isBroken ? 'error' : name === current ? 'active' : 'inactive';
      return {
        id: name,
        name,
        type,
        envFile,
        ...(supabaseUrl && { supabaseUrl }),
        ...(!isBroken && { database: describeDatabase(databaseUrl.reveal()) }),
        status,
        ...(lastUpdated && { lastUpdated }),
      };
    }),
  );
}

function describeDatabase(url: string): string {
  const { host, port, database } = databaseAddress(url);
  return `${host}:${port}/${database}`;
}

async function changedAt(path: string): Promise<string | undefined> {
  return stat(path).then(
    ({ mtime }) => mtime.toISOString(),
    () => undefined, // a missing file is among the environment's mistakes
  );
}
