import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { initialize } from '../../engine/environments/initialize.js';
import { loadConfiguration } from '../../engine/environments/load-configuration.js';
import { createDirectory } from './directory.js';

test.each(['ts', 'json'] as const)('an initialized directory (%s) needs URLs and nothing else', async (format) => {
  await using directory = await createDirectory();
  await initialize({ directory: directory.path, format });
  const configuration = await loadConfiguration({ directory: directory.path, variables: {} });
  expect(configuration.mistakes).toEqual([]);
  expect(configuration.mistakesOf('test')).toEqual([{ file: '.env.test', key: 'DATABASE_URL', what: 'is missing' }]);
  expect(configuration.maskKey('test')).toHaveLength(32);
  expect(configuration.maskKey('test')).not.toEqual(configuration.maskKey('training'));
  for (const file of ['.env.test', '.envclone/restore-points.key'])
    expect((await stat(join(directory.path, file))).mode & 0o777).toBe(0o600);
});

test('what is there already stays as it is', async () => {
  const files = {
    'envclone.config.json': '{"environments": {"x": {"type": "test"}}}',
    '.env.test': 'DATABASE_URL=postgres://h/d',
    '.gitignore': 'dist/',
  };
  await using directory = await createDirectory(files);
  const made = await initialize({ directory: directory.path });
  const content = (file: string) => readFile(join(directory.path, file), 'utf8');
  expect(made.map(({ file }) => file)).not.toContain('envclone.config.ts');
  expect(await content('envclone.config.json')).toBe(files['envclone.config.json']);
  expect(await content('.env.test')).toMatch(/^DATABASE_URL=postgres:\/\/h\/d\nENVCLONE_MASK_KEY=.{44}\n$/);
  expect(await content('.gitignore')).toBe('dist/\n.env\n.env.*\n!.env.*.example\n.envclone/\n');
});

test('the key of restore points is made where the configuration has it, for its owner alone', async () => {
  await using directory = await createDirectory({
    'envclone.config.json': { environments: { x: { type: 'test' } }, restorePoints: { identityFile: 'keys/points' } },
  });
  const made = await initialize({ directory: directory.path });
  expect(made.map(({ file }) => file)).toContain('keys/points');
  expect((await stat(join(directory.path, 'keys/points'))).mode & 0o777).toBe(0o600);
});

test.each([{ encryption: 'none' }, { identityFile: '../elsewhere.key' }])(
  'no key is made with restorePoints %j',
  async (restorePoints) => {
    await using directory = await createDirectory({
      'envclone.config.json': { environments: { x: { type: 'test' } }, restorePoints },
    });
    const made = await initialize({ directory: directory.path });
    expect(made.map(({ content }) => content).join()).not.toContain('restore points');
  },
);

test('run again, it makes nothing', async () => {
  await using directory = await createDirectory();
  await initialize({ directory: directory.path });
  expect(await initialize({ directory: directory.path })).toEqual([]);
});

test.each(['production', 'test'])('the template of .env.%s becomes a valid file', async (name) => {
  await using directory = await createDirectory();
  await initialize({ directory: directory.path });
  await directory.write(`.env.${name}`, await readFile(join(directory.path, `.env.${name}.example`), 'utf8'));
  const configuration = await loadConfiguration({ directory: directory.path, variables: {} });
  expect(configuration.mistakesOf(name)).toEqual([]);
});
