import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { parse } from 'dotenv';
import { ConfigurationError } from '../../contracts/errors.js';
import { CONFIG_FILES } from './config-file.js';
import { configTemplate, envTemplate, type TemplateEnvironment, templateEnvironments } from './initial-files.js';
import { loadConfiguration } from './load-configuration.js';
import { MASK_KEY_VARIABLE } from './mask-key.js';
import { readIfThere } from './private-file.js';
import { makeIdentity } from './seal-keys.js';

export interface InitializeInput {
  directory: string;
  /** Default `ts`. */
  format?: 'ts' | 'json';
}

export interface MadeFile {
  /** Relative to the directory. */
  file: string;
  what: 'made' | 'added to';
  /** What was put in. */
  content: string;
}

/** Puts into a directory what a first clone needs. What is there already stays as it is; run again, it makes nothing. */
export async function initialize({ directory, format = 'ts' }: InitializeInput): Promise<MadeFile[]> {
  await mkdir(directory, { recursive: true });
  const made: MadeFile[] = [];
  await ignoreSecrets(directory, made); // first: a secret is never in a directory that git would take it from
  if (!CONFIG_FILES.some((name) => existsSync(join(directory, name)))) {
    const file = `envclone.config.${format}`;
    await makeFile(directory, file, configTemplate(format));
    made.push({ file, what: 'made', content: 'the environments production, test, training and development' });
  }
  for (const environment of templateEnvironments) {
    await makeExample(directory, environment, made);
    if (environment.type !== 'production') await addMaskKey(directory, environment, made);
  }
  await makeRestoreKey(directory, made);
  return made;
}

async function makeExample(directory: string, environment: TemplateEnvironment, made: MadeFile[]): Promise<void> {
  const file = `.env.${environment.name}.example`;
  if (existsSync(join(directory, file))) return;
  await makeFile(directory, file, envTemplate(environment));
  made.push({ file, what: 'made', content: `a template of .env.${environment.name}` });
}

/** A key of its own for each target: who knows one cannot follow values into another. */
async function addMaskKey(directory: string, { name }: TemplateEnvironment, made: MadeFile[]): Promise<void> {
  const file = `.env.${name}`;
  const before = await readIfThere(join(directory, file));
  if (before !== undefined && parse(before)[MASK_KEY_VARIABLE]) return;
  const line = `${MASK_KEY_VARIABLE}=${randomBytes(32).toString('base64')}\n`;
  const separator = before && !before.endsWith('\n') ? '\n' : '';
  await appendFile(join(directory, file), `${separator}${line}`, { mode: 0o600 });
  made.push({
    file,
    what: before === undefined ? 'made' : 'added to',
    content: `a new masking key (${MASK_KEY_VARIABLE})`,
  });
}

/** The key that restore points are encrypted with, where the configuration expects it below this directory. */
async function makeRestoreKey(directory: string, made: MadeFile[]): Promise<void> {
  const configuration = await loadConfiguration({ directory }).catch((error: unknown) => {
    if (error instanceof ConfigurationError) return undefined; // `envclone doctor` says what is wrong with it
    throw error;
  });
  if (configuration?.restorePoints.encryption !== 'age') return;
  const { identityFile } = configuration.restorePoints;
  const file = relative(resolve(directory), identityFile);
  if (existsSync(identityFile) || file.startsWith('..') || isAbsolute(file)) return;
  await makeIdentity(identityFile);
  made.push({ file, what: 'made', content: 'the key of restore points: keep a copy of it elsewhere' });
}

const IGNORED = ['.env', '.env.*', '!.env.*.example', '.envclone/'];

async function ignoreSecrets(directory: string, made: MadeFile[]): Promise<void> {
  const path = join(directory, '.gitignore');
  const before = existsSync(path) ? await readFile(path, 'utf8') : undefined;
  const lines = new Set((before ?? '').split('\n').map((line) => line.trim()));
  const missing = IGNORED.filter((line) => !lines.has(line));
  if (missing.length === 0) return;
  const separator = before && !before.endsWith('\n') ? '\n' : '';
  await appendFile(path, `${separator}${missing.join('\n')}\n`);
  made.push({ file: '.gitignore', what: before === undefined ? 'made' : 'added to', content: missing.join(' ') });
}

async function makeFile(directory: string, file: string, content: string): Promise<void> {
  await writeFile(join(directory, file), content, { flag: 'wx' });
}
