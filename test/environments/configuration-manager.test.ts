import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createConfigurationManager } from '../../engine/environments/configuration-manager.js';
import { listEnvironments } from '../../engine/environments/environment-registry.js';
import { loadConfiguration } from '../../engine/environments/load-configuration.js';
import { createDirectory } from './directory.js';

const FILES = {
  'envclone.config.json': {
    environments: { production: { type: 'production' }, test: { type: 'test' }, training: { type: 'training' } },
  },
  '.env.production': 'DATABASE_URL=postgres://p/app\n',
  '.env.test': '# mine\nDATABASE_URL=postgres://u:sesame@t/app\n',
};

async function open(files: Record<string, string | object> = FILES) {
  const directory = await createDirectory(files);
  const configuration = await loadConfiguration({ directory: directory.path, variables: {} });
  const active = () => readFile(join(directory.path, '.env'), 'utf8').catch(() => undefined);
  return {
    path: directory.path,
    configuration,
    manager: createConfigurationManager(configuration),
    active,
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

test("switching makes .env the environment's file, readable by its owner alone", async () => {
  await using world = await open();
  await world.manager.switchEnvironment('test');
  expect(await world.active()).toBe(FILES['.env.test']);
  expect((await stat(join(world.path, '.env'))).mode & 0o777).toBe(0o600);
  expect(await world.manager.currentEnvironment()).toBe('test');
});

test('switching keeps what .env held before', async () => {
  await using world = await open({ ...FILES, '.env': 'BY_HAND=1\n' });
  await world.manager.switchEnvironment('test');
  const [backup] = await readdir(join(world.path, '.envclone/config-backups'));
  await world.manager.restoreConfig(backup?.replace('.json', '') ?? '');
  expect(await world.active()).toBe('BY_HAND=1\n');
  expect(await world.manager.currentEnvironment()).toBeUndefined();
});

test('restoring the backup of a directory without .env removes it', async () => {
  await using world = await open();
  const id = await world.manager.backupCurrentConfig();
  await world.manager.switchEnvironment('test');
  await world.manager.restoreConfig(id);
  expect(await world.active()).toBeUndefined();
});

test.each(['nothing', '../../envclone.config'])('the backup %j cannot be restored', async (id) => {
  await using world = await open();
  await expect(world.manager.restoreConfig(id)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
});

test('an application is not switched to production by a slip', async () => {
  await using world = await open();
  await expect(world.manager.switchEnvironment('production')).rejects.toMatchObject({ code: 'TARGET_IS_PRODUCTION' });
  expect(await world.active()).toBeUndefined();
  await world.manager.switchEnvironment('production', { allowProduction: true });
  expect(await world.active()).toBe(FILES['.env.production']);
});

test('an environment without a file cannot be switched to', async () => {
  await using world = await open();
  await expect(world.manager.switchEnvironment('training')).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
});

test('malformed variables are errors, absent ones warnings', async () => {
  await using world = await open();
  const result = await world.manager.validateConfiguration({
    NEXT_PUBLIC_SUPABASE_URL: 'sesame',
    NODE_ENV: 'test',
    ANONYMIZE_DATA: true,
  });
  expect(result).toMatchObject({
    isValid: false,
    errors: [{ message: 'NEXT_PUBLIC_SUPABASE_URL: must be an http(s) URL' }],
    warnings: [
      { object: 'NEXT_PUBLIC_SUPABASE_ANON_KEY' },
      { object: 'SUPABASE_SERVICE_ROLE_KEY' },
      { object: 'NEXT_PUBLIC_APP_URL' },
    ],
  });
});

test('the list of environments says which is used and which has mistakes', async () => {
  await using world = await open();
  await world.manager.switchEnvironment('test');
  const listed = await listEnvironments(world.configuration);
  expect(listed.map(({ name, status, database }) => [name, status, database])).toEqual([
    ['production', 'inactive', 'p:5432/app'],
    ['test', 'active', 't:5432/app'],
    ['training', 'error', undefined],
  ]);
  expect(JSON.stringify(listed)).not.toContain('sesame');
});
