import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { ConfigurationError } from '../../contracts/errors.js';
import { readIfThere } from './private-file.js';

export interface RestorePointSettings {
  encryption: 'age' | 'none';
  /** `age1…`: who else can open restore points. */
  recipients: readonly string[];
  /** Absolute. Identities in age's own form; made when something is sealed and there is none. */
  identityFile: string;
  /** Limits of each environment; what is beyond them goes after a successful operation. */
  retention: { keep?: number; days?: number; maxSizeBytes?: number; databases: number };
}

/** The part that says who can open restore points. */
export type SealSettings = Pick<RestorePointSettings, 'encryption' | 'recipients' | 'identityFile'>;

/**
 * The keys that restore points are sealed with, as age's programs know them. The local identity can always open them, so that a rollback needs nobody.
 * @throws ConfigurationError `RESTORE_KEY_MISSING`, `RESTORE_KEY_EXPOSED`
 */
export async function readSealKeys(
  { recipients, identityFile }: SealSettings,
  use: 'write' | 'read',
): Promise<{ recipients: string[]; identities: string[] }> {
  const text = (await readIfThere(identityFile)) ?? (use === 'write' ? await makeIdentity(identityFile) : undefined);
  if (text !== undefined) await refuseExposed(identityFile);
  const identities = (text ?? '').split('\n').filter((line) => line.startsWith('AGE-SECRET-KEY-1'));
  if (identities.length === 0) {
    const why = text === undefined ? 'is not there' : 'has no line that begins with AGE-SECRET-KEY-1';
    throw new ConfigurationError('RESTORE_KEY_MISSING', `the key of restore points, ${identityFile}, ${why}`);
  }
  const own = await Promise.all(identities.map((identity) => identityToRecipient(identity)));
  return { recipients: [...new Set([...own, ...recipients])], identities };
}

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
  const identity = await generateX25519Identity();
  const text = `# The key of this directory's restore points: keep a copy where they are not.\n# public key: ${await identityToRecipient(identity)}\n${identity}\n`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  await link(draft, path).catch(() => {}); // somebody else's is there
  await rm(draft, { force: true });
  return readFile(path, 'utf8');
}
