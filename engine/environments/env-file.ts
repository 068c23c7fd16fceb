import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'dotenv';

/** The variables of an `.env` file, or `undefined` when it is not there. `process.env` is neither read nor changed. */
export async function readEnvFile(directory: string, file: string): Promise<Map<string, string> | undefined> {
  try {
    return new Map(Object.entries(parse(await readFile(join(directory, file)))));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
      return undefined;
    throw error;
  }
}

export const LOCAL_FILE = '.env.local';

/** Keys that mean the same in every environment. All others say which system an environment is. */
const SHARED_KEY = /^(ENVCLONE_.*|CLONE_SOURCE_ENV|ANONYMIZE_DATA|INCLUDE_AUDIT_LOGS|PRESERVE_USER_ROLES)$/;

/**
 * Puts `.env.local` over the variables of one environment. `TEST_DATABASE_URL` overrides DATABASE_URL of `test`; envclone's own
 * settings override without a prefix. Another key without a prefix is left to the application: applied here, one
 * DATABASE_URL would point every environment, production among them, at the same database.
 */
export function withLocalOverrides(
  variables: ReadonlyMap<string, string>,
  local: ReadonlyMap<string, string>,
  environment: string,
): Map<string, string> {
  const merged = new Map(variables);
  const prefix = `${variablePrefix(environment)}_`;
  for (const [key, value] of local) if (SHARED_KEY.test(key)) merged.set(key, value);
  for (const [key, value] of local) if (key.startsWith(prefix)) merged.set(key.slice(prefix.length), value);
  return merged;
}

/** `my-test` → `MY_TEST` */
export function variablePrefix(environment: string): string {
  return environment.toUpperCase().replaceAll('-', '_');
}
