import { readFile } from 'node:fs/promises';
import type { PostgresMajor } from '../support/databases.js';

/** The schema that is hard to rebuild, as far as a version can have it. */
export async function nastySql(major: PostgresMajor): Promise<string> {
  const parts = ['nasty.sql', ...(major >= 15 ? ['nasty-15.sql'] : []), ...(major >= 18 ? ['nasty-18.sql'] : [])];
  const texts = await Promise.all(parts.map((part) => readFile(new URL(part, import.meta.url), 'utf8')));
  return texts.join('\n');
}

/** A dump without the random word that pg_dump guards it with. */
export function comparable(dump: string): string {
  return dump.replace(/^\\(un)?restrict .*$/gm, '');
}
