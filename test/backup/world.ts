import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchemaDefinition, TableDefinition } from '../../contracts/schema.js';
import { sealArtifacts } from '../../engine/artifacts/sealed-store.js';
import type { ArtifactStore } from '../../engine/artifacts/store.js';
import { type Archive, isSealedPart } from '../../engine/backup/restore-point.js';
import { createRestorePoint, readRestorePoint } from '../../engine/backup/restore-points.js';
import { readSealKeys } from '../../engine/environments/seal-keys.js';
import type { ConfirmedTarget } from '../../engine/safety/proofs.js';
import { createDatabase, type PostgresMajor, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { createStore, type StoreKind } from '../support/stores.js';

export interface BackupWorld extends AsyncDisposable {
  database: TestDatabase;
  target: ConfirmedTarget;
  artifacts: ArtifactStore;
  /** The same, as it is kept: sealed, when the world is. */
  store: ArtifactStore;
  /** The store's files. */
  directory: string;
  /** Makes a restore point and reads it. */
  archive(id?: string): Promise<Archive>;
  /** What the catalog stage would say of the tables. */
  schema(): Promise<SchemaDefinition>;
}

export async function createBackupWorld(input: {
  major?: PostgresMajor;
  sql: string;
  isSealed?: boolean;
  /** Default: a directory. */
  kind?: StoreKind;
}): Promise<BackupWorld> {
  const database = await createDatabase(input);
  const target = targetOf(database);
  const stored = await createStore(input.kind ?? 'directory');
  const { store, directory } = stored;
  const keys = await mkdtemp(join(tmpdir(), 'envclone-keys-'));
  const identityFile = join(keys, 'key');
  const settings = { encryption: 'age' as const, recipients: [], identityFile };
  const artifacts = input.isSealed
    ? sealArtifacts({ store, isSealed: isSealedPart, keys: (use) => readSealKeys(settings, use) })
    : store;
  return {
    database,
    target,
    artifacts,
    store,
    directory,
    schema: () => schemaOf(database),
    async archive(id = 'point') {
      const point = { environment: 'test', id };
      await createRestorePoint({
        from: target,
        schema: await schemaOf(database),
        point,
        operation: 'clone-test',
        artifacts,
      });
      const read = await readRestorePoint(artifacts, point);
      if (read.kind !== 'archive') throw new Error('not an archive');
      return read;
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await stored[Symbol.asyncDispose]();
      await rm(keys, { recursive: true });
    },
  };
}

async function schemaOf(database: TestDatabase): Promise<SchemaDefinition> {
  const tables = await database.column<TableDefinition>(
    `
    select json_build_object(
             'schema', n.nspname, 'name', c.relname,
             'kind', case c.relkind when 'p' then 'partitioned' else 'table' end,
             'uniqueKeys', '[]'::json, 'foreignKeys', '[]'::json,
             'columns', coalesce((
               select json_agg(json_build_object(
                        'name', a.attname,
                        'isBinaryPortable', coalesce(nullif(t.typelem, 0), t.oid) < 16384)
                      || case when a.attgenerated = '' then '{}' else '{"generated": "stored"}' end::jsonb
                      order by a.attnum)
                 from pg_attribute a join pg_type t on t.oid = a.atttypid
                where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]'))
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
     order by c.oid`.replace('json_agg(json_build_object(', 'json_agg(jsonb_build_object('),
  );
  return {
    environment: 'test',
    serverVersion: 0,
    encoding: 'UTF8',
    schemas: ['public'],
    extensions: [],
    tables,
    functions: [],
    triggers: [],
    indexes: [],
    policies: [],
    types: [],
    sequences: [],
    views: [],
    roles: [],
    largeObjects: 0,
    statements: [],
    fingerprint: '',
  };
}
