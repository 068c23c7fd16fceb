import type { EnvironmentSettings } from '../environments/configuration.js';
import { databaseAddress } from '../environments/database-url.js';
import { buildingName } from '../postgres/database-names.js';
import { sqlStateOf } from '../postgres/errors.js';
import { onDatabase } from '../postgres/on-database.js';
import { Session } from '../postgres/session.js';
import { refusePooledSessions, refusePoolerUrl } from './pooler.js';
import type { ConnectInput } from './proofs.js';

export interface OpenInput extends ConnectInput {
  environment: EnvironmentSettings;
  readOnly?: boolean;
  /** Another database of the same server. */
  database?: string;
}

/** A session on an environment's database. @throws ConnectionError, whose message has the host and never the password */
export async function openSession({ environment, database, readOnly = false, ...input }: OpenInput): Promise<Session> {
  const url = environment.databaseUrl.reveal();
  return Session.open({
    url: database === undefined ? url : onDatabase(url, database),
    ...input,
    environment: environment.name,
    readOnly,
  });
}

/** Which database an operation builds beside an environment's own, when it does. */
export function buildingOf(
  { databaseUrl }: EnvironmentSettings,
  { built, operation }: { built?: 'beside' | undefined; operation?: string | undefined },
): { database: string; operation: string } | undefined {
  if (built !== 'beside' || operation === undefined) return undefined;
  const { database } = databaseAddress(databaseUrl.reveal());
  return { database: buildingName({ database, operation }), operation };
}

const unpooled = new Set<string>();

/** The same, proven not to go through a transaction pooler: once for each address and process. @throws ConnectionError `POOLER_NOT_SUPPORTED` */
export async function openUnpooledSession(input: OpenInput): Promise<Session> {
  const { name, databaseUrl } = input.environment;
  const address = databaseAddress(databaseUrl.reveal());
  refusePoolerUrl(name, address);
  const session = await openSession(input);
  const key = `${address.host}:${address.port}/${input.database ?? address.database}`;
  if (unpooled.has(key)) return session;
  try {
    await using second = await openSession(input);
    await refusePooledSessions(name, address, [session, second]);
    unpooled.add(key);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** A session on another database of an environment's server. `template1` last: a session in it keeps others from creating databases. */
export async function openMaintenanceSession(input: OpenInput): Promise<Session> {
  const { database, user } = databaseAddress(input.environment.databaseUrl.reveal());
  const candidates = [...new Set(['postgres', user, 'template1'])].filter((candidate) => candidate !== database);
  const failures: unknown[] = [];
  for (const candidate of candidates) {
    try {
      return await openSession({ ...input, database: candidate });
    } catch (error) {
      if (sqlStateOf(error) === undefined) throw error; // nobody answered: another database will not either
      failures.push(error);
    }
  }
  throw failures[0];
}
