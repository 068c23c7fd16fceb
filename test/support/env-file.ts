import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes `.env.<name>` of a directory with a configuration. */
export function writeEnvFile(directory: string, name: string, variables: Record<string, string>): Promise<void> {
  const lines = Object.entries(variables).map(([key, value]) => `${key}='${value}'\n`);
  return writeFile(join(directory, `.env.${name}`), lines.join(''));
}
