import { createHash } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { brotliDecompressSync, gzipSync } from 'node:zlib';
import { generateX25519Identity } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import { prune } from '../../activities/prune.js';
import { sealArtifacts } from '../../engine/artifacts/sealed-store.js';
import { inspectRestorePoint } from '../../engine/backup/inspect-restore-point.js';
import { pruneRestorePoints } from '../../engine/backup/prune.js';
import { artifactOf, isSealedPart, type Manifest } from '../../engine/backup/restore-point.js';
import { listRestorePoints, readRestorePoint, verifyRestorePoint } from '../../engine/backup/restore-points.js';
import { restoreRows } from '../../engine/backup/restore-rows.js';
import { loadConfiguration } from '../../engine/environments/load-configuration.js';
import { Session } from '../../engine/postgres/session.js';
import { proveTarget } from '../../engine/safety/proofs.js';
import { createDirectory } from '../environments/directory.js';
import { databaseUrl } from '../support/databases.js';
import { STORES } from '../support/stores.js';
import { type BackupWorld, createBackupWorld } from './world.js';

const sql = `
  create table numbers (id int, body text); insert into numbers select g, repeat('x', g) from generate_series(1, 500) g;
  create table none (id int);
  create table nothing (); insert into nothing default values;
  create type mood as enum ('ok', 'sad');
  create table moods (m mood, note text); insert into moods values ('ok', E'two\\nlines'), (null, '\\.'), ('sad', '');
`;

const fileOf = ({ directory }: BackupWorld, name: string, id = 'point') =>
  join(directory, artifactOf({ environment: 'test', id }, name).operation, name);
const point = { environment: 'test', id: 'point' };

describe.each(STORES)('in a store of kind %s', (kind) => {
  test('one that is read back completely is sound, and its list says so', async () => {
    await using world = await createBackupWorld({ kind, isSealed: true, sql });
    const { artifacts } = world;
    await world.archive();
    expect(await listRestorePoints(artifacts, 'test')).not.toMatchObject([{ verification: {} }]);
    expect(await inspectRestorePoint({ artifacts, point })).toMatchObject({ result: 'sound' });
    expect(await listRestorePoints(artifacts, 'test')).toMatchObject([{ verification: { result: 'sound' } }]);
    expect(await readRestorePoint(artifacts, point)).not.toHaveProperty('verification');
  });

  test.each([
    ['changed', (path: string) => writeFile(path, 'other bytes'), 'rows/0.copy.br'],
    ['cut off', (path: string) => truncate(path, 230), 'rows/0.copy.br'],
    ['missing', (path: string) => rm(path), 'rows/3.copy.br'],
    ['changed', (path: string) => writeFile(path, '{}'), 'schema.json'],
  ])('one with a file that is %s is damaged, and its list says which', async (_, damage, file) => {
    await using world = await createBackupWorld({ kind, isSealed: true, sql });
    const { artifacts } = world;
    await world.archive();
    await damage(fileOf(world, file));
    const verification = { result: 'damaged', why: expect.stringContaining(file) };
    expect(await inspectRestorePoint({ artifacts, point })).toMatchObject(verification);
    expect(await listRestorePoints(artifacts, 'test')).toMatchObject([{ verification }]);
  });

  test('one that is read with another key is not said to be damaged', async () => {
    await using world = await createBackupWorld({ kind, isSealed: true, sql });
    await world.archive();
    const theirs = sealArtifacts({
      store: world.store,
      isSealed: isSealedPart,
      keys: async () => ({ recipients: [], identities: [await generateX25519Identity()] }),
    });
    await expect(inspectRestorePoint({ artifacts: theirs, point })).rejects.toMatchObject({
      code: 'RESTORE_KEY_MISSING',
    });
    expect(await listRestorePoints(world.artifacts, 'test')).not.toMatchObject([{ verification: {} }]);
  });

  test('pruning removes what is beyond the limits and what a dead worker left, and nothing else', async () => {
    await using world = await createBackupWorld({ kind, sql });
    const { artifacts } = world;
    for (const id of ['a', 'b', 'c']) await world.archive(id);
    const half = { environment: 'test', id: 'half' };
    for (const id of ['half', 'running'])
      await artifacts.writeJson(artifactOf({ environment: 'test', id }, 'rows/0'), 1);
    await artifacts.writeJson(artifactOf({ environment: 'training', id: 'half' }, 'rows/0'), 1);
    const pruning = (dryRun: boolean) =>
      pruneRestorePoints({
        artifacts,
        environment: 'test',
        databases: { points: [], drop: async () => {} },
        retention: { keep: 2 },
        needed: new Set(['running']),
        dryRun,
      });
    const expected = [
      { id: 'a', why: 'too many' },
      { ...half, why: 'incomplete' },
    ];
    expect(await pruning(true)).toMatchObject(expected);
    expect(await artifacts.operations()).toHaveLength(6);
    expect(await pruning(false)).toMatchObject(expected);
    expect((await listRestorePoints(artifacts, 'test')).map(({ id }) => id)).toEqual(['c', 'b']);
    expect((await artifacts.operations()).map((operation) => operation.split('@').slice(1).join('@'))).toEqual([
      'test@b',
      'test@c',
      'test@running',
      'training@half',
    ]);
    expect(await pruning(false)).toEqual([]);
  });
});

test('archives are pruned with a role that can connect to no other database', async () => {
  await using world = await createBackupWorld({ sql });
  await using directory = await createDirectory({
    'envclone.config.json': { environments: { test: { type: 'test' } }, restorePoints: { keep: 1 } },
  });
  const configuration = await loadConfiguration({ directory: directory.path, variables: {} });
  const { artifacts, database } = world;
  for (const id of ['a', 'b', 'c']) await world.archive(id);
  const target = proveTarget({
    ...world.target,
    environment: 'test',
    connectMaintenance: (input) =>
      Session.open({ url: databaseUrl(database.url, 'no such database'), environment: 'test', ...input }),
  });

  const pruned = await prune({ configuration, artifacts }, { target, needed: [] });
  expect(pruned.map(({ id }) => id).sort()).toEqual(['a', 'b']);
  expect((await listRestorePoints(artifacts, 'test')).map(({ id }) => id)).toEqual(['c']);
});

test('rows that went missing with a checksum that fits are told', async () => {
  await using world = await createBackupWorld({ sql: 'create table t (id int); insert into t values (1), (2)' });
  await world.archive();
  await rewrite(world, (manifest) => manifest.archived.map((table) => ({ ...table, rows: 3 })));
  expect(await inspectRestorePoint({ artifacts: world.artifacts, point })).toMatchObject({
    result: 'damaged',
    why: expect.stringContaining('holds 2 rows instead of 3'),
  });
});

test('what was archived with gzip comes back', async () => {
  await using world = await createBackupWorld({ sql: 'create table t (id int); insert into t values (1), (2)' });
  const { artifacts, target, database } = world;
  await world.archive();
  const rows = gzipSync(brotliDecompressSync(await readFile(fileOf(world, 'rows/0.copy.br'))));
  const file = 'rows/0.copy.gz';
  await pipeline(Readable.from([rows]), artifacts.writeStream(artifactOf(point, file)));
  await rewrite(world, ({ archived }) => archived.map((table) => ({ ...table, file, sha256: sha256(rows) })));
  await database.run('truncate t');
  const archive = await readRestorePoint(artifacts, point);
  if (archive.kind !== 'archive') throw new Error('no archive');
  await verifyRestorePoint(artifacts, archive);
  await restoreRows({ target, archive, artifacts });
  expect(await database.column('select id from t order by 1')).toEqual([1, 2]);
  expect(await inspectRestorePoint({ artifacts, point })).toMatchObject({ result: 'sound' });
});

/** Another list of tables, as if it had been written so. */
async function rewrite(
  { artifacts }: BackupWorld,
  change: (manifest: Manifest) => Manifest['archived'],
): Promise<void> {
  const ref = artifactOf(point, 'manifest.json');
  const { sha256: _, ...manifest } = await artifacts.readJson<Manifest & { sha256: string }>(ref);
  const changed = { ...manifest, archived: change(manifest) };
  await artifacts.writeJson(ref, { ...changed, sha256: sha256(JSON.stringify(changed)) });
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
