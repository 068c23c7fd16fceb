import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ConnectionError } from '../contracts/errors.js';

/** The `temporal` program: named by ENVCLONE_TEMPORAL_CLI, on PATH, or in the user's cache. @throws ConnectionError `TEMPORAL_UNAVAILABLE` */
export function findTemporalProgram(variables: NodeJS.ProcessEnv = process.env): string {
  const name = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
  const cache = join(variables.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'envclone', 'bin');
  const candidates = [
    ...(variables.ENVCLONE_TEMPORAL_CLI ? [variables.ENVCLONE_TEMPORAL_CLI] : []),
    ...(variables.PATH ?? '').split(delimiter).map((folder) => join(folder, name)),
    join(cache, name),
  ];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found) return found;
  throw new ConnectionError(
    'TEMPORAL_UNAVAILABLE',
    'no Temporal server is configured, and the temporal program is not here',
    {
      next: 'Set TEMPORAL_ADDRESS, or install the temporal CLI: https://docs.temporal.io/cli (from a checkout: node scripts/setup.mjs --temporal)',
    },
  );
}
