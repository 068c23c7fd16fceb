import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../../contracts/errors.js';
import { readIfThere } from './private-file.js';

export interface RestorePointSettings {
  encryption: 'age' | 'none';
  /** `age1…`: who else can open restore points. */
  recipients: readonly string[];
  /** Absolute. Identities in age's own form; made when something is sealed and there is none, unless the store is a bucket. */
  identityFile: string;
  /** Limits of each environment; what is beyond them goes after a successful operation. */
  retention: { keep?: number; days?: number; maxSizeBytes?: number; databases: number };
}

/** The part that says who can open restore points. */
export interface SealSettings extends Pick<RestorePointSettings, 'encryption' | 'recipients' | 'identityFile'> {
  /** Workers elsewhere use the same store, so that the key may be with them: it is not made by itself. Default `false`. */
  isShared?: boolean;
}

/**
 * The keys that restore points are sealed with, as age's programs know them. The local identity can always open them, so that a rollback needs nobody.
 * @throws ConfigurationError `RESTORE_KEY_MISSING`, `RESTORE_KEY_EXPOSED`
 */
export async function readSealKeys(
  { recipients, identityFile, isShared = false }: SealSettings,
  use: 'write' | 'read',
): Promise<{ recipients: string[]; identities: string[] }> {
  const mayMake = use === 'write' && !isShared;
  const text = (await readIfThere(identityFile)) ?? (mayMake ? await makeIdentity(identityFile) : undefined);
  if (text !== undefined) await refuseExposed(identityFile);
  const identities = (text ?? '').split('\n').filter((line) => line.startsWith('AGE-SECRET-KEY-1'));
  if (identities.length === 0) {
    const why = text === undefined ? 'is not there' : 'has no line that begins with AGE-SECRET-KEY-1';
    throw new ConfigurationError('RESTORE_KEY_MISSING', `the key of restore points, ${identityFile}, ${why}`, {
      ...(text === undefined && isShared && { next: OF_ANOTHER_WORKER }),
    });
  }
  const { identityToRecipient } = await import('age-encryption');
  const own = await Promise.all(identities.map((identity) => identityToRecipient(identity)));
  return { recipients: [...new Set([...own, ...recipients])], identities };
}

const OF_ANOTHER_WORKER =
  'Copy restore-points.key of the worker that has it to that place. Only for the first worker of a bucket, make it: envclone init';

/** Windows keeps other permissions than a mode says. */
async function refuseExposed(path: string): Promise<void> {
  const { mode } = await stat(path);
  if (process.platform === 'win32' || (mode & OTHERS) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  throw new ConfigurationError(
    'RESTORE_KEY_EXPOSED',
    `the key of restore points, ${path}, is open to others (mode ${shown})`,
    {
      next: `Close it: chmod 600 ${path}. If others may have read it, make a new one (docs/restore-points.md).`,
    },
  );
}

const OTHERS = 0o077;

/** Makes the key when there is none, readable by its owner alone, and returns its file. Whoever is first makes it: a second maker reads what the first one made. */
export async function makeIdentity(path: string): Promise<string> {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  const text = `# The key of this directory's restore points: keep a copy where they are not.\n# public key: ${await identityToRecipient(identity)}\n${identity}\n`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  await link(draft, path)
    .catch((error: unknown) => (isThere(error) ? undefined : copyFile(draft, path, constants.COPYFILE_EXCL))) // not every file system has links
    .catch((error: unknown) => {
      if (!isThere(error)) throw error;
    })
    .finally(() => rm(draft, { force: true }));
  return readWhole(path);
}

/** A copy that somebody else makes right now is empty for a moment. */
async function readWhole(path: string): Promise<string> {
  for (let waits = 0; ; waits++) {
    const text = await readFile(path, 'utf8');
    if (text !== '' || waits === 20) return text;
    await sleep(50);
  }
}

/** Somebody else's. */
function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
