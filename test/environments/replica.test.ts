import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../engine/environments/load-configuration.js';
import { createDirectory } from './directory.js';

const CONFIG = { environments: { production: { type: 'production' }, test: { type: 'test' } } };
const PRIMARY = 'postgres://reader:sesame@primary.example.com/app';
const STANDBY = 'postgres://reader:sesame@standby.example.com/app';

async function load(files: Record<string, string>) {
  await using directory = await createDirectory({ 'envclone.config.json': CONFIG, ...files });
  return await loadConfiguration({ directory: directory.path, variables: {} });
}

test('production with a standby is read there, and its own URL is kept apart', async () => {
  const configuration = await load({
    '.env.production': `DATABASE_URL=${PRIMARY}\nDATABASE_REPLICA_URL=${STANDBY}\n`,
  });
  configuration.require(['production']);
  const { databaseUrl, primaryUrl } = configuration.environment('production');
  expect(databaseUrl.reveal()).toBe(STANDBY);
  expect(primaryUrl?.reveal()).toBe(PRIMARY);
  expect(inspect(configuration, { depth: 9 }) + JSON.stringify(configuration.environment('production'))).not.toContain(
    'sesame',
  );
});

test('.env.local may name the standby', async () => {
  const configuration = await load({
    '.env.production': `DATABASE_URL=${PRIMARY}\n`,
    '.env.local': `PRODUCTION_DATABASE_REPLICA_URL=${STANDBY}\n`,
  });
  expect(configuration.environment('production').databaseUrl.reveal()).toBe(STANDBY);
});

test('without a standby there is one URL', async () => {
  const configuration = await load({ '.env.production': `DATABASE_URL=${PRIMARY}\nDATABASE_REPLICA_URL=\n` });
  expect(configuration.environment('production').databaseUrl.reveal()).toBe(PRIMARY);
  expect(configuration.environment('production')).not.toHaveProperty('primaryUrl');
});

test('a standby of what is rebuilt, and one that is no URL, are mistakes', async () => {
  const configuration = await load({
    '.env.production': `DATABASE_URL=${PRIMARY}\nDATABASE_REPLICA_URL=standby.example.com\n`,
    '.env.test': `DATABASE_URL=${PRIMARY}\nDATABASE_REPLICA_URL=${STANDBY}\n`,
  });
  expect(configuration.mistakesOf('production')).toEqual([
    { file: '.env.production', key: 'DATABASE_REPLICA_URL', what: expect.stringContaining('is not a PostgreSQL URL') },
  ]);
  expect(configuration.mistakesOf('test')).toEqual([
    {
      file: '.env.test',
      key: 'DATABASE_REPLICA_URL',
      what: 'is for environments of type production, which are only ever read',
    },
  ]);
});
