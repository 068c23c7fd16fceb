import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { loadConfiguration } from '../../engine/environments/load-configuration.js';
import type { AlertEvent } from '../../engine/safety/alert.js';
import { createProductionSafetyGuard, type ProductionSafetyGuard } from '../../engine/safety/guard.js';
import { createDirectory } from '../environments/directory.js';
import { databaseUrl, onServer, type PostgresMajor, type TestDatabase } from '../support/databases.js';

export const PASSWORD = 'sesame';

export interface TestRole extends AsyncDisposable {
  name: string;
  /** The URL of a database, as this role. */
  on(database: TestDatabase): string;
}

/** A role that may log in and nothing else; declare it before its databases, so that it is dropped after them. */
export async function createRole({
  major = 17,
  attributes = '',
}: {
  major?: PostgresMajor;
  attributes?: string;
} = {}): Promise<TestRole> {
  const server = inject('postgresUrls')[major];
  const name = `r_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create role ${name} login password '${PASSWORD}' ${attributes}`);
  return {
    name,
    on: (database) => databaseUrl(server, database.name, { user: name, password: PASSWORD }),
    async [Symbol.asyncDispose]() {
      await onServer(server, `drop owned by ${name}`);
      await onServer(server, `drop role ${name}`);
    },
  };
}

export interface GuardedWorld extends AsyncDisposable {
  guard: ProductionSafetyGuard;
  alerts: AlertEvent[];
  write(file: string, content: string): Promise<void>;
  /** A guard on the files as they are now. */
  reload(): Promise<ProductionSafetyGuard>;
}

interface GuardedWorldInput {
  /** DATABASE_URL by environment; `production…` is of type production, all others of type test. */
  urls: Record<string, string>;
}

/** A guard on a directory with these environments. */
export async function createGuard({ urls }: GuardedWorldInput): Promise<GuardedWorld> {
  const entries = Object.keys(urls).map((name) => [
    name,
    { type: name.startsWith('production') ? 'production' : 'test' },
  ]);
  const directory = await createDirectory({ 'envclone.config.json': { environments: Object.fromEntries(entries) } });
  for (const [name, url] of Object.entries(urls)) await directory.write(`.env.${name}`, `DATABASE_URL="${url}"\n`);
  const alerts: AlertEvent[] = [];
  const alert = { send: async (event: AlertEvent) => void alerts.push(event) };
  const reload = async () =>
    createProductionSafetyGuard({
      configuration: await loadConfiguration({ directory: directory.path, variables: {} }),
      alert,
    });
  return {
    guard: await reload(),
    alerts,
    write: directory.write,
    reload,
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}
