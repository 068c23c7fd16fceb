import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { mistakesError } from './mistakes.js';
import { readIfThere, writePrivateFile } from './private-file.js';

export interface ConfigBackup {
  /** Absent: there was no `.env`. */
  content: string | undefined;
  environment: string | undefined;
}

const BACKUPS = '.envclone/config-backups';

/** Returns the backup's id, which sorts by time. */
export async function writeConfigBackup(directory: string, backup: ConfigBackup): Promise<string> {
  const id = `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${randomBytes(3).toString('hex')}`;
  await writePrivateFile(join(directory, BACKUPS, `${id}.json`), JSON.stringify(backup));
  return id;
}

/** @throws ConfigurationError when there is no backup of that id */
export async function readConfigBackup(directory: string, id: string): Promise<ConfigBackup> {
  const text = /^[\w-]+$/.test(id) ? await readIfThere(join(directory, BACKUPS, `${id}.json`)) : undefined;
  if (text === undefined) throw mistakesError([{ file: BACKUPS, key: '', what: 'holds no backup of that id' }]);
  return JSON.parse(text) as ConfigBackup;
}
