import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../examples/local-postgres.js';
import { rowHashes } from '../support/checksum.js';
import { databaseUrl, onServer } from '../support/databases.js';
import { MASK_KEY } from '../support/mask-key.js';
import { createWorld, type World } from '../support/world.js';

const CLONE = { source: 'production', target: 'test', confirm: 'test' };

let world: World;
let reader: string;
let before: Record<string, string>;

beforeAll(async () => {
  world = await createWorld({ major: 15, target: 'create table mine (id int); insert into mine values (1)' });
  reader = /DATABASE_URL='(.*)'/.exec(await readFile(join(world.directory, '.env.production'), 'utf8'))?.[1] ?? '';
  before = await rowHashes(world.target.url);
}, 60_000);

afterAll(() => world[Symbol.asyncDispose]());

beforeEach(async () => {
  await world.environment('production', { DATABASE_URL: reader });
  await world.environment('test', { DATABASE_URL: world.target.url, ENVCLONE_MASK_KEY: MASK_KEY });
  await settle();
});

test('a target that is production by type is refused', async () => {
  const failure = await refusal({ source: 'test', target: 'production', confirm: 'production' });
  expect(failure).toMatchObject({ code: 'TARGET_IS_PRODUCTION', target: 'untouched' });
});

test('a target that is production by another spelling of its URL is refused', async () => {
  const alias = databaseUrl(world.source.url, world.source.name).replace('127.0.0.1', 'localhost');
  await world.environment('test', { DATABASE_URL: alias, ENVCLONE_MASK_KEY: MASK_KEY });
  await settle();
  expect(await refusal()).toMatchObject({ code: 'TARGET_IS_PRODUCTION', target: 'untouched' });
});

test('a target that is stamped as production is refused', async () => {
  await world.target.run(`alter database ${world.target.name} set envclone.environment = 'production'`);
  expect(await refusal()).toMatchObject({ code: 'TARGET_IS_PRODUCTION', target: 'untouched' });
  await world.target.run(`alter database ${world.target.name} reset envclone.environment`);
});

test('a source role that can write is refused with what it can write', async () => {
  await world.environment('production', { DATABASE_URL: world.source.url });
  await settle();
  expect(await refusal()).toMatchObject({ code: 'SOURCE_NOT_READ_ONLY', target: 'untouched' });
});

test('a target that is not confirmed is refused', async () => {
  expect(await refusal({ source: 'production', target: 'test' })).toMatchObject({ code: 'TARGET_NOT_CONFIRMED' });
});

test('a transaction pooler is refused with the port to use', async () => {
  await world.environment('production', {
    DATABASE_URL: 'postgres://u:hidden@aws-0.pooler.supabase.com:6543/postgres',
  });
  await settle();
  const failure = await refusal();
  expect(failure).toMatchObject({ code: 'POOLER_NOT_SUPPORTED', target: 'untouched' });
  expect(String(failure)).not.toContain('hidden');
});

test('a source that is down is asked again, and then named without its password', async () => {
  const port = await freePort();
  await world.environment('production', { DATABASE_URL: `postgres://u:hidden@127.0.0.1:${port}/x` });
  await settle();
  const failure = await refusal();
  expect(failure).toMatchObject({ code: 'CONNECTION_FAILED', target: 'untouched' });
  expect(String(failure)).toContain(String(port));
  expect(String(failure)).not.toContain('hidden');
}, 90_000);

test('a target that is down is asked again, and then named without its password', async () => {
  const port = await freePort();
  await world.environment('test', {
    DATABASE_URL: `postgres://u:hidden@127.0.0.1:${port}/x`,
    ENVCLONE_MASK_KEY: MASK_KEY,
  });
  await settle();
  const failure = await refusal();
  expect(failure).toMatchObject({ code: 'CONNECTION_FAILED', target: 'untouched' });
  expect(String(failure)).toContain(String(port));
  expect(String(failure)).not.toContain('hidden');
}, 90_000);

test('unmasked data of production is refused unless the target allows it', async () => {
  const failure = await refusal({ ...CLONE, options: { anonymizeData: false } });
  expect(failure).toMatchObject({ code: 'RAW_DATA_REFUSED', target: 'untouched' });
});

test('an extension that the target has not is refused in the plan', async () => {
  await using newer = await createWorld({ major: 17, targetMajor: 15 });
  const failure = await newer.cloner.cloneEnvironment(CLONE).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'PLAN_REFUSED', target: 'untouched' });
  expect(String(failure)).toMatch(/15/);
}, 60_000);

test('input that is no object fails at once and says what it should be', async () => {
  const failure = await world.cloner
    .startClone('production' as never)
    .then((handle) => handle.result())
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'CONFIGURATION_INVALID' });
});

test('a column added after the rules were reviewed stops the clone before anything is touched, by name and with a proposal', async () => {
  await onServer(world.source.url, 'alter table public.lofts add column owner_secret text');
  const failure = await refusal();
  await onServer(world.source.url, 'alter table public.lofts drop column owner_secret');
  expect(failure).toMatchObject({ code: 'UNDECIDED_COLUMNS', target: 'untouched' });
  expect(String(failure)).toContain('public.lofts.owner_secret (text): proposed token; named like a secret');
});

test("the second of two clones of one target is refused with the first one's id", async () => {
  const first = await world.cloner.startClone(CLONE);
  while (!(await first.progress().catch(() => undefined))?.logs.some(({ message }) => message === 'analyze started'))
    await new Promise((resolve) => setTimeout(resolve, 50));
  const second = await world.cloner.cloneEnvironment(CLONE).catch((error: unknown) => error);
  await first.cancel();
  await first.result().catch(() => {});

  expect(second).toMatchObject({ code: 'TARGET_BUSY', target: 'untouched' });
  expect(String(second)).toContain(first.operationId);
  expect(await rowHashes(world.target.url)).toEqual(before);
}, 60_000);

async function refusal(input: object = CLONE): Promise<unknown> {
  const failure = await world.cloner.cloneEnvironment(input as typeof CLONE).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(await rowHashes(world.target.url)).toEqual(before);
  return failure;
}

/** The worker reads its configuration again after two seconds. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 2_100));
