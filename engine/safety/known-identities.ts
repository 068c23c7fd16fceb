import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { EnvcloneError } from '../../contracts/errors.js';
import type { EnvironmentSettings } from '../environments/configuration.js';
import { databaseAddress } from '../environments/database-url.js';
import { REPLICA_URL } from '../environments/environment-variables.js';
import { mistakesError } from '../environments/mistakes.js';
import { readIfThere, writePrivateFile } from '../environments/private-file.js';
import { Session } from '../postgres/session.js';
import { type DatabaseIdentity, isProvablyOther, readIdentity } from './identity.js';
import { refusePoolerUrl } from './pooler.js';

interface IdentitiesOfInput {
  /** Where `.envclone/` is. */
  directory: string;
  environment: EnvironmentSettings;
  signal?: AbortSignal | undefined;
}

/**
 * The identity of an environment's database, and of the standby that it is read from, if any. One that does not answer keeps the identity it
 * last answered with, as long as its URL is the same: an undo must be possible while production is down.
 * @throws EnvcloneError of the connection when nothing is known; ConfigurationError `CONFIGURATION_INVALID` when the standby is another database's
 */
export async function identitiesOf(input: IdentitiesOfInput): Promise<DatabaseIdentity[]> {
  const { name, databaseUrl } = input.environment;
  const identity = await identityOf(input, { file: `${name}.json`, url: databaseUrl.reveal() });
  const primary = await primaryOf(input, identity);
  return primary ? [identity, primary] : [identity];
}

const primaries = new Map<string, DatabaseIdentity | undefined>();

/** Of the database that a standby is one of, unless it does not answer: asked once for each process, for nothing else is read there. */
export async function primaryOf(
  input: IdentitiesOfInput,
  standby: DatabaseIdentity,
): Promise<DatabaseIdentity | undefined> {
  const { directory, environment, signal } = input;
  if (!environment.primaryUrl) return undefined;
  const url = environment.primaryUrl.reveal();
  const key = [directory, placeOf(url), standby.systemIdentifier, standby.databaseOid].join(' ');
  if (primaries.has(key)) return primaries.get(key);
  const primary = await identityOf(input, { file: `${environment.name}.primary.json`, url }).catch(() => undefined);
  signal?.throwIfAborted();
  if (primary && isProvablyOther(primary, standby)) {
    const what = 'leads to no standby of what DATABASE_URL leads to';
    throw mistakesError([{ file: environment.envFile, key: REPLICA_URL, what }]);
  }
  primaries.set(key, primary);
  return primary;
}

async function identityOf(
  { directory, environment, signal }: IdentitiesOfInput,
  { file, url }: { file: string; url: string },
): Promise<DatabaseIdentity> {
  const path = join(directory, '.envclone/identities', file);
  try {
    const identity = await askIdentity(url, environment.name, signal);
    await remember(path, { place: placeOf(url), identity });
    return identity;
  } catch (error) {
    const known = error instanceof EnvcloneError && !signal?.aborted ? await recall(path) : undefined;
    if (known?.place === placeOf(url)) return known.identity;
    throw error;
  }
}

async function askIdentity(url: string, environment: string, signal?: AbortSignal): Promise<DatabaseIdentity> {
  refusePoolerUrl(environment, databaseAddress(url));
  await using session = await Session.open({
    url,
    environment,
    purpose: 'identity',
    readOnly: true,
    ...(signal && { signal }),
  });
  return await readIdentity(session); // the session closes at the end of this scope
}

const knownSchema = z.object({
  place: z.string(),
  identity: z.object({
    systemIdentifier: z.string().nullable(),
    startedAt: z.string(),
    fingerprint: z.string(),
    databaseOid: z.number().nullable(),
    database: z.string(),
    serverVersion: z.number(),
  }),
});

async function remember(path: string, known: z.infer<typeof knownSchema>): Promise<void> {
  const content = JSON.stringify(known);
  if ((await readIfThere(path)) === content) return;
  await writePrivateFile(path, content).catch(() => {}); // a read-only directory costs only the memory
}

async function recall(path: string): Promise<z.infer<typeof knownSchema> | undefined> {
  try {
    return knownSchema.parse(JSON.parse((await readIfThere(path)) ?? ''));
  } catch {
    return undefined; // absent or damaged: the caller reports the connection's own failure
  }
}

/** A hash, so that no host name is kept. */
function placeOf(url: string): string {
  const { host, port, database } = databaseAddress(url);
  return createHash('sha256').update(`${host}:${port}/${database}`).digest('hex');
}
