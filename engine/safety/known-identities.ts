import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { EnvcloneError } from '../../contracts/errors.js';
import type { EnvironmentSettings } from '../environments/configuration.js';
import { databaseAddress } from '../environments/database-url.js';
import { readIfThere, writePrivateFile } from '../environments/private-file.js';
import { Session } from '../postgres/session.js';
import { type DatabaseIdentity, readIdentity } from './identity.js';
import { refusePoolerUrl } from './pooler.js';

interface IdentityOfInput {
  /** Where `.envclone/` is. */
  directory: string;
  environment: EnvironmentSettings;
  signal?: AbortSignal | undefined;
}

/**
 * The identity of an environment's database. One that does not answer keeps the identity it last answered with, as long as its
 * URL is the same: an undo must be possible while production is down. @throws EnvcloneError of the connection when nothing is known
 */
export async function identityOf({ directory, environment, signal }: IdentityOfInput): Promise<DatabaseIdentity> {
  const url = environment.databaseUrl.reveal();
  const path = join(directory, '.envclone/identities', `${environment.name}.json`);
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
