import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { artifactOf } from '../../engine/backup/restore-point.js';
import {
  createRestorePoint,
  discardRestorePoint,
  listRestorePoints,
  newestRestorePoint,
  readRestorePoint,
} from '../../engine/backup/restore-points.js';
import { restoreRows } from '../../engine/backup/restore-rows.js';
import { verifyRestorePoint } from '../../engine/backup/verify-restore-point.js';
import { readSequences } from '../../engine/copy/sequences.js';
import { STORES } from '../support/stores.js';
import { type BackupWorld, createBackupWorld } from './world.js';

const schema = `
  create type mood as enum ('ok', 'sad');
  create type pair as (a int, m mood);
  create schema "Autre.Schéma";
  create table plain (id int, body text, raw bytea, at timestamptz, doc jsonb, tags text[]);
  create table moods (m mood, all_m mood[], p pair);
  create table computed (a int, b int generated always as (a * 2) stored);
  create table nothing ();
  create table "Autre.Schéma"."Réservé ""x""" ("select" text);
  create table root (k int) partition by list (k);
  create table part_1 partition of root for values in (1);
  create table part_rest partition of root default;
  create table parent (id int);
  create table child () inherits (parent);
`;

const rows = `
  insert into plain select i, repeat(md5(i::text), 10) || E'\\t\\\\', decode(md5(i::text), 'hex'), now(), '{"a": [1]}', '{a,NULL,"b,c"}'
    from generate_series(1, 5000) i;
  insert into plain values (0);
  insert into moods values ('sad', '{ok,sad,NULL}', '(1,ok)'), (null, '{}', null);
  insert into computed values (21);
  insert into nothing default values;
  insert into "Autre.Schéma"."Réservé ""x""" values ('é');
  insert into root values (1), (2), (3);
  insert into parent values (1);
  insert into child values (2);
`;

const tables = ['plain', 'moods', 'computed', 'nothing', '"Autre.Schéma"."Réservé ""x"""', 'root', 'parent', 'child'];
const checksum = tables
  .map(
    (table) =>
      `select '${table} ' || coalesce(md5(string_agg(t.tableoid::regclass || t::text, ',' order by t.tableoid::regclass::text, t::text)), '') from ${table} t`,
  )
  .join(' union all ')
  .concat(' order by 1');
const dropAll = 'drop schema public, "Autre.Schéma" cascade; create schema public';

describe.each(STORES)('in a store of kind %s', (kind) => {
  test.each([13, 18] as const)('an archive brings every row back on PostgreSQL %i', async (major) => {
    await using world = await createBackupWorld({ kind, major, sql: schema + rows });
    const before = await world.database.column(checksum);
    const archive = await world.archive();
    await world.database.run(`create type shifts_oids as enum ('x'); ${dropAll}; ${schema}`);

    await verifyRestorePoint(world.artifacts, archive);
    await restoreRows({ target: world.target, archive, artifacts: world.artifacts });

    expect(await world.database.column(checksum)).toEqual(before);
    expect(archive).toMatchObject({
      tables: 9,
      records: 5001 + 2 + 1 + 1 + 1 + 3 + 2,
      kind: 'archive',
      operation: 'clone-test',
    });
  });

  test('all rows of an archive are of one moment', async () => {
    await using world = await createBackupWorld({
      kind,
      sql: 'create table a (id int); create table b (id int); create sequence s',
    });
    const definition = {
      ...(await world.schema()),
      sequences: [{ schema: 'public', name: 's', lastValue: '1', isCalled: false }],
    };
    const point = { environment: 'test', id: 'moment' };
    await createRestorePoint({
      from: world.target,
      schema: definition,
      point,
      operation: 'o',
      artifacts: world.artifacts,
      check: async (session) => {
        await session.query('select 1 from pg_class limit 1');
        await world.database.run(
          `insert into a values (1); insert into b values (1); select nextval('s'), nextval('s')`,
        );
      },
      readSequences,
    });
    const read = await readRestorePoint(world.artifacts, point);
    expect(read).toMatchObject({ records: 0, schema: { sequences: [{ lastValue: '2', isCalled: true }] } });
  });

  test("an extension's rows are archived when they are configuration", async () => {
    await using world = await createBackupWorld({
      kind,
      sql: 'create table own (id int); insert into own values (1), (20); create table conf (id int); insert into conf values (1), (20)',
    });
    const definition = await world.schema();
    const [own, conf] = definition.tables;
    const point = { environment: 'test', id: 'extension' };
    await createRestorePoint({
      from: world.target,
      schema: {
        ...definition,
        tables: [
          { ...own, extension: 'e' },
          { ...conf, extension: 'e', extensionFilter: 'where id > 10' },
        ] as never,
      },
      point,
      operation: 'o',
      artifacts: world.artifacts,
    });
    expect(await readRestorePoint(world.artifacts, point)).toMatchObject({ archived: [{ name: 'conf', rows: 1 }] });
  });

  test.each([
    ['changed', async (path: string) => flipByte(path)],
    ['cut off', async (path: string) => truncate(path, 40)],
    ['missing', async (path: string) => rm(path)],
  ])('a file that is %s is named before anything is touched', async (_, damage) => {
    await using world = await createBackupWorld({
      kind,
      sql: 'create table t (id int); insert into t select generate_series(1, 100)',
    });
    const archive = await world.archive();
    await damage(fileOf(world, 'rows/0.copy.br'));
    await expect(verifyRestorePoint(world.artifacts, archive)).rejects.toMatchObject({
      code: 'RESTORE_POINT_DAMAGED',
      message: expect.stringMatching(/rows\/0\.copy\.br \(public\.t\)/),
    });
  });

  test('any damage of any file is told before anything is touched', async () => {
    await using world = await createBackupWorld({
      kind,
      isSealed: true,
      sql: `create table people (id int, name text); insert into people select g, 'Amina ' || g from generate_series(1, 100) g; create table empty (x int)`,
    });
    const point = { environment: 'test', id: 'point' };
    await world.archive();
    const names = ['manifest.json', 'schema.json', 'rows/0.copy.br', 'rows/1.copy.br'];
    const read = async () => {
      const archive = await readRestorePoint(world.artifacts, point);
      if (archive.kind === 'archive') await verifyRestorePoint(world.artifacts, archive);
    };
    await read();
    expect(await readFile(fileOf(world, 'schema.json'), 'latin1')).not.toContain('people');
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(names, { minLength: 2, maxLength: 2 }),
        damages,
        async ([name, other], damage) => {
          const path = fileOf(world, name ?? '');
          const [bytes, others] = [await readFile(path), await readFile(fileOf(world, other ?? ''))];
          const damaged = damageOf(damage, { bytes, others });
          if (damaged) await writeFile(path, damaged);
          else await rm(path);
          await expect(read(), `${name} ${damage.kind}`).rejects.toMatchObject({
            code: expect.stringMatching(/^RESTORE_(POINT_DAMAGED|POINT_MISSING|KEY_MISSING)$/),
          });
          await writeFile(path, bytes);
          await read();
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a file that is damaged after it was verified is not committed', async () => {
    await using world = await createBackupWorld({
      kind,
      sql: 'create table t (id int); insert into t select generate_series(1, 100)',
    });
    const archive = await world.archive();
    await world.database.run('truncate t');
    const restore = () => restoreRows({ target: world.target, archive, artifacts: world.artifacts });

    await truncate(fileOf(world, 'rows/0.copy.br'), 40);
    await expect(restore()).rejects.toMatchObject({ code: 'RESTORE_POINT_DAMAGED' });
    const other = await world.archive('other');
    await writeFile(fileOf(world, 'rows/0.copy.br'), await readFile(fileOf(world, 'rows/0.copy.br', other.id)));
    await expect(restore()).rejects.toMatchObject({ code: 'RESTORE_POINT_DAMAGED' });
    expect(await world.database.column('select count(*)::int from t')).toEqual([0]);
  });

  test('of many tables that are restored at the same time, the one that fails is told, and nothing works on', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `t${index}`);
    const create = (name: string) =>
      `create table ${name} as select g as id, md5(g::text) from generate_series(1, 20000) g;`;
    await using world = await createBackupWorld({ kind, sql: names.map(create).join('\n') });
    const archive = await world.archive();
    await world.database.run(names.map((name) => `truncate ${name};`).join('\n'));
    await truncate(fileOf(world, 'rows/5.copy.br'), 100);
    await expect(restoreRows({ ...world, archive })).rejects.toMatchObject({
      code: 'RESTORE_POINT_DAMAGED',
      message: expect.stringContaining('rows/5.copy.br'),
    });
    const others = `select pid from pg_stat_activity where application_name like 'envclone:%restore' and datname = current_database()`;
    await expect.poll(() => world.database.column(others), { timeout: 10_000 }).toEqual([]);
    expect(await world.database.column('select count(*)::int from t5')).toEqual([0]);
  });

  test('a schema that is not what was written cannot be restored from', async () => {
    await using world = await createBackupWorld({ kind, sql: 'create table t (id int)' });
    await world.archive();
    await writeFile(fileOf(world, 'schema.json'), '{}');
    await expect(readRestorePoint(world.artifacts, { environment: 'test', id: 'point' })).rejects.toMatchObject({
      code: 'RESTORE_POINT_DAMAGED',
      message: expect.stringContaining('schema.json'),
    });
  });

  test('restore points of one environment are listed newest first, and go when they are discarded', async () => {
    await using world = await createBackupWorld({ kind, sql: '' });
    const create = (environment: string, id: string) =>
      createRestorePoint({
        from: world.target,
        schema: undefined,
        point: { environment, id },
        operation: 'o',
        artifacts: world.artifacts,
      });
    await create('test', 'clone-test/1');
    await sleep(5);
    await create('test', 'clone-test/2');
    await create('training', 'clone-training/1');
    const ids = async () => (await listRestorePoints(world.artifacts, 'test')).map(({ id }) => id);
    expect(await ids()).toEqual(['clone-test/2', 'clone-test/1']);
    expect(await newestRestorePoint(world.artifacts, 'test')).toMatchObject({
      id: 'clone-test/2',
      kind: 'drop database',
    });

    await discardRestorePoint(world.artifacts, { environment: 'test', id: 'clone-test/2' });
    await discardRestorePoint(world.artifacts, { environment: 'test', id: 'clone-test/2' });
    expect(await ids()).toEqual(['clone-test/1']);
    await expect(readRestorePoint(world.artifacts, { environment: 'test', id: 'clone-test/2' })).rejects.toMatchObject({
      code: 'RESTORE_POINT_MISSING',
    });
    await expect(newestRestorePoint(world.artifacts, 'development')).rejects.toMatchObject({
      code: 'RESTORE_POINT_MISSING',
    });
  });

  test('an archive that was interrupted is no restore point', async () => {
    await using world = await createBackupWorld({ kind, sql: 'create table a (id int); create table b (id int)' });
    const definition = await world.schema();
    await world.database.run('drop table b');
    const point = { environment: 'test', id: 'half' };
    await expect(
      createRestorePoint({ from: world.target, schema: definition, point, operation: 'o', artifacts: world.artifacts }),
    ).rejects.toMatchObject({ code: 'COPY_FAILED', message: expect.stringContaining('public.b') });
    await expect(readRestorePoint(world.artifacts, point)).rejects.toMatchObject({ code: 'RESTORE_POINT_MISSING' });
    expect(await listRestorePoints(world.artifacts, 'test')).toEqual([]);
  });

  test.each(['archive', 'restore'])(
    'losing the connection in which rows are %sd is worth another try',
    async (purpose) => {
      await using world = await createBackupWorld({
        kind,
        sql: `create table t (id int, body text); insert into t select i, md5(i::text) || md5((-i)::text) from generate_series(1, 200000) i`,
      });
      const archive = purpose === 'restore' ? await world.archive() : undefined;
      const definition = await world.schema();
      const onProgress = () => {
        setTimeout(() => {
          world.database
            .run(`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'envclone:${purpose}' and datname = current_database()`)
            .catch(() => {});
        }, 100);
      };
      const { target, artifacts } = world;
      const working = archive
        ? restoreRows({ target, archive, artifacts, onProgress })
        : createRestorePoint({
            from: target,
            schema: definition,
            point: { environment: 'test', id: 'x' },
            operation: 'o',
            artifacts,
            onProgress,
          });
      await expect(working).rejects.toMatchObject({
        code: 'CONNECTION_FAILED',
        message: expect.stringContaining('public.t'),
      });
    },
  );
});

interface Damage {
  kind: 'changed' | 'cut off' | 'longer' | 'another file' | 'missing';
  /** Where, from 0 to 1. */
  part: number;
  change: number;
}

const damages: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('changed', 'changed', 'changed', 'cut off', 'longer', 'another file', 'missing'),
  part: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  change: fc.integer({ min: 1, max: 255 }),
});

/** What a file holds afterwards; nothing: it is gone. The last byte of the manifest is a blank, which means nothing; so would one more. */
function damageOf({ kind, part, change }: Damage, { bytes, others }: { bytes: Buffer; others: Buffer }) {
  const at = Math.floor(part * (bytes.length - 1));
  switch (kind) {
    case 'changed':
      return bytes.map((byte, index) => (index === at ? byte ^ change : byte));
    case 'cut off':
      return bytes.subarray(0, at);
    case 'longer':
      return Buffer.concat([bytes, Buffer.from([change | 0x80])]);
    case 'another file':
      return others;
    case 'missing':
      return undefined;
  }
}

function fileOf(world: BackupWorld, name: string, id = 'point'): string {
  return join(world.directory, artifactOf({ environment: 'test', id }, name).operation, name);
}

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 12] = (bytes[bytes.length - 12] ?? 0) ^ 1;
  await writeFile(path, bytes);
}
