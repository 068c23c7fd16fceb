import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createJiti } from 'jiti';
import { ConfigurationError } from '../../contracts/errors.js';
import { defineConfig } from './define-config.js';
import { mistakesError } from './mistakes.js';

export const CONFIG_FILES = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map(
  (extension) => `envclone.config.${extension}`,
);

/** What the configuration file of a directory exports, unchecked. @throws ConfigurationError when there is none, two, or an unreadable one */
export async function readConfigFile(directory: string): Promise<{ file: string; content: unknown }> {
  const found = CONFIG_FILES.filter((name) => existsSync(join(directory, name)));
  const [file, ...others] = found;
  if (!file) {
    throw new ConfigurationError(
      'CONFIGURATION_INVALID',
      `there is no envclone.config.{ts,mts,js,mjs,cjs,json} in ${directory}`,
      {
        next: 'Make one with: envclone init, or name its directory: envclone -C <directory>',
        details: { mistakes: [{ file: 'envclone.config', key: '', what: 'is missing' }] },
      },
    );
  }
  if (others.length > 0) {
    throw mistakesError(
      others.map((other) => ({ file: other, key: '', what: `stands beside ${file}; keep one of them` })),
    );
  }
  const path = join(directory, file);
  return { file, content: file.endsWith('.json') ? await readJson(path, file) : await runModule(path, file) };
}

async function readJson(path: string, file: string): Promise<unknown> {
  const source = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  try {
    return JSON.parse(source);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const line = source.slice(0, position ? Number(position) : source.length).split('\n').length;
    throw mistakesError([{ file, key: `line ${line}`, what: 'is not valid JSON' }]); // the parser's own message quotes the file
  }
}

/** Runs TypeScript and JavaScript where no node_modules is: `envclone` is given to the file by this package itself. */
async function runModule(path: string, file: string): Promise<unknown> {
  const jiti = createJiti(path, {
    virtualModules: { envclone: { defineConfig } },
    fsCache: false, // its default directory is shared by every user of the machine
    moduleCache: false, // a worker outlives edits of the file
  });
  try {
    return await jiti.import(path, { default: true });
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it threw no Error';
    throw mistakesError([{ file, key: '', what: `cannot be loaded: ${reason.replaceAll(`${path}: `, '')}` }]);
  }
}
