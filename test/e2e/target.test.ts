import { expect, test } from 'vitest';
import { olderLoftSql } from '../../examples/loft/create.js';
import { checksum, rowHashes, schemaText } from '../support/checksum.js';
import { databaseUrl, onServer } from '../support/databases.js';
import { MASK_KEY } from '../support/mask-key.js';
import { createWorld, type World } from '../support/world.js';

const CLONE = { source: 'production', target: 'test', confirm: 'test' };
/** The newest version that this machine's own pg_dump may read, which judges here. */
const major = 15;

test('a clone of the sample differs in its schema in nothing but what was neutralized', async () => {
  await using world = await createWorld({ major });
  const result = await world.cloner.cloneEnvironment(CLONE);

  const [source, target] = await Promise.all([schemaText(world.source.url), schemaText(world.target.url)]);
  const isWebhook = (line: string) => /TRIGGER reservation_webhook/.test(line);
  expect(result.neutralized.map(({ name }) => name)).toEqual(['public.reservations.reservation_webhook']);
  expect(linesOf(target)).toEqual(linesOf(source).filter((line) => !isWebhook(line)));
}, 120_000);

test('a second clone with the same key onto the clone gives the same rows', async () => {
  await using world = await createWorld({ major });
  await world.cloner.cloneEnvironment(CLONE);
  const first = await checksum(world.target.url);
  await world.cloner.cloneEnvironment(CLONE);

  expect(await checksum(world.target.url)).toEqual(first);
}, 120_000);

test('a clone onto unrelated objects ends as one onto an empty database, and a rollback brings them back', async () => {
  await using world = await createWorld({ major, target: await olderLoftSql() });
  const before = await checksum(world.target.url);
  const { restorePoint } = await world.cloner.cloneEnvironment(CLONE);
  const rows = await rowHashes(world.target.url);
  expect(Object.keys(rows)).toEqual(Object.keys(await rowHashes(world.source.url)));

  await world.cloner.rollbackClone({ environment: 'test', restorePoint: restorePoint?.id ?? '', confirm: 'test' });
  expect(await checksum(world.target.url)).toEqual(before);
}, 120_000);

test('a database that does not exist is created, and dropped again by a rollback', async () => {
  await using world = await createWorld({ major });
  const { url, name } = await absentDatabase(world);
  try {
    const { restorePoint } = await world.cloner.cloneEnvironment(CLONE);
    expect(Object.keys(await rowHashes(url))).toEqual(Object.keys(await rowHashes(world.source.url)));

    await world.cloner.rollbackClone({ environment: 'test', restorePoint: restorePoint?.id ?? '', confirm: 'test' });
    await expect(rowHashes(url)).rejects.toThrow('does not exist');
  } finally {
    await onServer(databaseUrl(world.target.url, 'postgres'), `drop database if exists ${name}`);
  }
}, 120_000);

test('when rows break a constraint once masked, the target is as it was before', async () => {
  await using world = await createWorld({ major, target: await olderLoftSql() });
  const before = await checksum(world.target.url);
  await onServer(
    world.source.url,
    `alter table public.guests add constraint real_mail check (email !~ '@test[.]local$')`,
  );
  const failure = await world.cloner.cloneEnvironment(CLONE).catch((error: unknown) => error);

  expect(failure).toMatchObject({ code: 'CONSTRAINT_VIOLATED', target: 'restored' });
  expect(await checksum(world.target.url)).toEqual(before);
}, 120_000);

async function absentDatabase(world: World): Promise<{ url: string; name: string }> {
  const name = `${world.target.name}_absent`;
  const url = databaseUrl(world.target.url, name);
  await world.environment('test', { DATABASE_URL: url, ENVCLONE_MASK_KEY: MASK_KEY });
  return { url, name };
}

function linesOf(dump: string): string[] {
  return dump.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('--'));
}
