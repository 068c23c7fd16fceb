import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../engine/environments/load-configuration.js';
import { MASK_KEY } from '../support/mask-key.js';
import { createDirectory } from './directory.js';

const TINY = { environments: { production: { type: 'production' }, test: { type: 'test' } } };
const URLS = {
  '.env.production': 'DATABASE_URL=postgres://reader:sesame@prod.example.com:5432/app\n',
  '.env.test': 'DATABASE_URL=postgres://owner:sesame@test.example.com/app\n',
};

async function load(files: Record<string, string | object>, variables: NodeJS.ProcessEnv = {}) {
  await using directory = await createDirectory(files);
  return await loadConfiguration({ directory: directory.path, variables });
}

/** What `require` throws. */
async function mistakes(files: Record<string, string | object>, names: string[]): Promise<string> {
  const configuration = await load(files);
  try {
    configuration.require(names);
  } catch (error) {
    return `${(error as { code: string }).code}\n${(error as Error).message}`;
  }
  return 'none';
}

test('two environments and their URLs are a whole configuration', async () => {
  const configuration = await load({ 'envclone.config.json': TINY, ...URLS });
  configuration.require(['production', 'test']);
  expect(configuration.environment('test')).toMatchObject({ type: 'test', envFile: '.env.test', allowRawData: false });
  expect(configuration.environment('test').databaseUrl.reveal()).toBe('postgres://owner:sesame@test.example.com/app');
  expect(configuration.systems.audit).toContain('audit.*');
  expect(configuration.temporal).toEqual({ namespace: 'default', taskQueue: 'envclone', tls: false });
});

test.each([
  [
    'envclone.config.ts',
    `import { defineConfig } from 'envclone';\nconst type: 'test' = 'test';\nexport default defineConfig({ environments: { test: { type } }, generators: { badge: (value: string) => value.length + '!' } });`,
  ],
  [
    'envclone.config.mjs',
    `import { defineConfig } from 'envclone';\nexport default defineConfig({ environments: { test: { type: 'test' } }, generators: { badge: (value) => value.length + '!' } });`,
  ],
  [
    'envclone.config.cjs',
    `const { defineConfig } = require('envclone');\nmodule.exports = defineConfig({ environments: { test: { type: 'test' } }, generators: { badge: (value) => value.length + '!' } });`,
  ],
])('%s finds envclone without a node_modules', async (file, source) => {
  const configuration = await load({ [file]: source, ...URLS });
  configuration.require(['test']);
  expect(configuration.generators.badge?.('four', {})).toBe('4!');
});

test('an edited configuration file is read again', async () => {
  const source = (type: string) => `export default { environments: { x: { type: '${type}' } } };`;
  await using directory = await createDirectory({ 'envclone.config.ts': source('test') });
  expect((await loadConfiguration({ directory: directory.path })).environments.get('x')?.type).toBe('test');
  await directory.write('envclone.config.ts', source('training'));
  expect((await loadConfiguration({ directory: directory.path })).environments.get('x')?.type).toBe('training');
});

test('all mistakes are told at once, each with its file and key', async () => {
  const text = await mistakes(
    {
      'envclone.config.json': {
        environments: {
          production: { type: 'production' },
          test: { type: 'test', allowRaw: true },
          training: { type: 'school' },
        },
        rulez: 'x',
        neutralize: { keep: 'all' },
        systems: { audit: ['nonsense'] },
      },
      '.env.production': 'DATABASE_URL=mysql://root:sesame@host/app\nANONYMIZE_DATA=perhaps\nCLONE_SOURCE_ENV=nowhere',
    },
    ['production', 'nobody'],
  );
  expect(text.split('\n')).toEqual([
    'CONFIGURATION_INVALID',
    'there are 8 mistakes:',
    '  envclone.config.json: environments.nobody: no environment has this name; there are: production, test, training',
    '  envclone.config.json: rulez: is not a known key',
    '  envclone.config.json: systems.audit.0: must be a pattern like public.reservation_*',
    '  envclone.config.json: neutralize.keep: must be a list of texts',
    '  envclone.config.json: environments.test.allowRaw: is not a known key',
    '  envclone.config.json: environments.training.type: must be one of production, test, training, development',
    '  .env.production: DATABASE_URL: is not a PostgreSQL URL: it must look like postgres://user:password@host:5432/database',
    '  .env.production: ANONYMIZE_DATA: must be true or false',
  ]);
});

test('an unknown environment alone is told with the names there are', async () => {
  expect(await mistakes({ 'envclone.config.json': TINY, ...URLS }, ['staging'])).toBe(
    'UNKNOWN_ENVIRONMENT\nenvclone.config.json: environments.staging: no environment has this name; there are: production, test',
  );
});

test('the missing file of an environment that is not used does not matter', async () => {
  const files = { 'envclone.config.json': TINY, '.env.test': URLS['.env.test'] };
  expect(await mistakes(files, ['test'])).toBe('none');
  expect(await mistakes(files, ['test', 'production'])).toContain(
    '.env.production: is missing: the .env file of environment production',
  );
});

test.each([
  ['postgres://u:sesame@host', 'names no database'],
  ['postgres://u:sesame@host:99999/app', 'is malformed'],
  ['postgres://u:sesame@host:port/app', 'is malformed'],
  ['sesame', 'is not a PostgreSQL URL'],
  ['', 'is missing'],
])('DATABASE_URL=%s is refused without being shown', async (url, problem) => {
  const text = await mistakes({ 'envclone.config.json': TINY, '.env.test': `DATABASE_URL=${url}` }, ['test']);
  expect(text).toContain(`.env.test: DATABASE_URL: ${problem}`);
  expect(text).not.toContain('sesame');
});

test('two environments cannot share an .env file', async () => {
  const shared = { environments: { a: { type: 'test', envFile: '.env.x' }, b: { type: 'test', envFile: '.env.x' } } };
  expect(await mistakes({ 'envclone.config.json': shared, '.env.x': URLS['.env.test'] }, ['a'])).toContain(
    'envclone.config.json: environments.b.envFile: .env.x is the file of a already',
  );
});

test.each([
  ['no file', {}, 'there is no envclone.config'],
  [
    'two files',
    { 'envclone.config.json': TINY, 'envclone.config.ts': '' },
    'envclone.config.json: stands beside envclone.config.ts',
  ],
  [
    'broken JSON',
    { 'envclone.config.json': '{\n  "webhook": "sesame",,\n}' },
    'envclone.config.json: line 2: is not valid JSON',
  ],
  [
    'a file that throws',
    { 'envclone.config.ts': 'throw new Error("no luck")' },
    'envclone.config.ts: cannot be loaded: no luck',
  ],
])('%s is told', async (_, files, message) => {
  const loading = load(files);
  await expect(loading).rejects.toMatchObject({
    code: 'CONFIGURATION_INVALID',
    message: expect.stringContaining(message),
  });
  await expect(loading).rejects.not.toMatchObject({ message: expect.stringContaining('sesame') });
});

test('.env.local overrides by environment, and never moves all of them to one database', async () => {
  const configuration = await load({
    'envclone.config.json': TINY,
    ...URLS,
    '.env.local': 'DATABASE_URL=postgres://local/app\nTEST_DATABASE_URL=postgres://mine/app\nINCLUDE_AUDIT_LOGS=no',
  });
  expect(configuration.environment('production').databaseUrl.reveal()).toContain('prod.example.com');
  expect(configuration.environment('test').databaseUrl.reveal()).toBe('postgres://mine/app');
  expect(configuration.environment('test').variables.config.INCLUDE_AUDIT_LOGS).toBe(false);
});

test('reading .env files leaves the process environment alone', async () => {
  await load({ 'envclone.config.json': TINY, '.env.test': 'ENVCLONE_TEST_LEAK=1\nDATABASE_URL=postgres://h/d' });
  expect(process.env.ENVCLONE_TEST_LEAK).toBeUndefined();
});

test('no secret is printed with the configuration', async () => {
  const configuration = await load(
    {
      'envclone.config.json': { ...TINY, alerts: { webhook: 'https://chat.example.com/sesame' } },
      ...URLS,
      '.env.test': `${URLS['.env.test']}SUPABASE_SERVICE_ROLE_KEY=sesame\nENVCLONE_MASK_KEY=sesame`,
    },
    { TEMPORAL_API_KEY: 'sesame' },
  );
  const { environments, ...rest } = configuration;
  const settings = [...environments.values()];
  for (const printed of [
    inspect(configuration, { depth: 9, showHidden: true }),
    JSON.stringify([rest, settings]),
    `${settings[0]?.databaseUrl}`,
  ]) {
    expect(printed).not.toContain('sesame');
  }
  expect(configuration.alerts.webhook?.reveal()).toBe('https://chat.example.com/sesame');
});

test("the masking key is the target's, unless the process environment has one", async () => {
  const files = {
    'envclone.config.json': TINY,
    ...URLS,
    '.env.test': `${URLS['.env.test']}ENVCLONE_MASK_KEY=${MASK_KEY}`,
  };
  expect((await load(files)).maskKey('test')).toEqual(Buffer.from(MASK_KEY, 'base64'));
  const other = randomBytes(32);
  const ofProcess = await load(files, { ENVCLONE_MASK_KEY: other.toString('base64') });
  expect(ofProcess.maskKey('test')).toEqual(other);
});

test.each([
  ['', 'is neither in the process environment nor in .env.test'],
  ['c2hvcnQ=', 'has 5 bytes; it needs 32'],
  ['sesame!!', 'is not base64'],
  [Buffer.alloc(32).toString('base64'), 'is no random key'],
  ['BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=', 'is no random key'],
])('the masking key %j is refused', async (key, message) => {
  const configuration = await load({ 'envclone.config.json': TINY, ...URLS }, { ENVCLONE_MASK_KEY: key });
  expect(() => configuration.maskKey('test')).toThrow(
    expect.objectContaining({ code: 'MASK_KEY_MISSING', message: expect.stringContaining(message) }),
  );
});

test('limits of restore points are read in words of people', async () => {
  const restorePoints = { keep: 10, days: 30, maxSize: '1.5 GB' };
  const { restorePoints: read, mistakes } = await load({ 'envclone.config.json': { ...TINY, restorePoints }, ...URLS });
  expect(read.retention).toEqual({ databases: 2, keep: 10, days: 30, maxSizeBytes: 1_500_000_000 });
  expect(mistakes).toEqual([]);
  const wrong = { keep: 0, days: -1, maxSize: 'large' };
  const broken = await load({ 'envclone.config.json': { ...TINY, restorePoints: wrong }, ...URLS });
  expect(broken.mistakes.map(({ key }) => key)).toEqual([
    'restorePoints.keep',
    'restorePoints.days',
    'restorePoints.maxSize',
  ]);
});
