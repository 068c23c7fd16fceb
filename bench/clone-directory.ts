import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { AnonymizationRule } from '../contracts/anonymization.js';
import { writeRules } from '../engine/anonymizer/rules-file.js';
import { createReader } from '../examples/loft/create.js';
import { openDesk } from '../worker/desk.js';
import { targetUrl } from './databases.js';
import type { Bench } from './row.js';

export interface CloneDirectory {
  directory: string;
  /** Columns that the rules change. */
  maskedColumns: number;
}

export interface CloneDirectoryOptions {
  given?: AnonymizationRule[];
  /** Of the columns that no rule is given for. Default `mask`: what is proposed for them. */
  others?: 'mask' | 'keep';
}

/** What a user has before a clone of that database: a configuration, `.env` files, a source role that can only read, and rules for every column. */
export async function createCloneDirectory(
  bench: Bench,
  sourceUrl: string,
  { given = [], others = 'mask' }: CloneDirectoryOptions = {},
): Promise<CloneDirectory> {
  await mkdir(bench.directory, { recursive: true });
  const directory = await mkdtemp(join(bench.directory, 'environments-'));
  const database = decodeURIComponent(new URL(sourceUrl).pathname.slice(1));
  const reader = await createReader({
    serverUrl: bench.server.url(),
    database,
    user: `reader_${database}`,
    password: 'reader',
  });
  const configuration = {
    environments: {
      production: { type: 'production' },
      test: { type: 'test', allowRawData: true, restorePoint: 'archive' },
    },
    logLevel: 'error',
  };
  await writeFile(join(directory, 'envclone.config.json'), JSON.stringify(configuration));
  await writeFile(join(directory, '.env.production'), `DATABASE_URL='${reader}'\n`);
  await writeFile(
    join(directory, '.env.test'),
    `DATABASE_URL='${targetUrl(bench)}'\nENVCLONE_MASK_KEY='${randomBytes(32).toString('base64')}'\n`,
  );
  const rulesFile = join(directory, 'envclone.rules.json');
  if (given.length > 0) await writeRules(rulesFile, { rules: given });
  const desk = await openDesk(directory, pino({ level: 'silent' }));
  const { rules } = await desk.rules('production', { write: true, undecided: 'mask', sample: false });
  const isMasked = ({ anonymizationType }: AnonymizationRule) => anonymizationType !== 'keep';
  if (others === 'mask') return { directory, maskedColumns: rules.filter(isMasked).length };
  const kept = rules.map((rule) => (given.some((each) => isSameColumn(each, rule)) ? rule : keeping(rule)));
  await writeRules(rulesFile, { rules: kept });
  return { directory, maskedColumns: kept.filter(isMasked).length };
}

function isSameColumn(a: AnonymizationRule, b: AnonymizationRule): boolean {
  return a.tableName === b.tableName && a.columnName === b.columnName;
}

function keeping({ tableName, columnName }: AnonymizationRule): AnonymizationRule {
  return { tableName, columnName, anonymizationType: 'keep', reason: 'not masked in this measurement' };
}
