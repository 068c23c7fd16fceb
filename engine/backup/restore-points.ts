import { createHash } from 'node:crypto';
import type { RestorePointRef } from '../../contracts/artifacts.js';
import type { RestorePointSummary } from '../../contracts/backup.js';
import { DataError } from '../../contracts/errors.js';
import type { SchemaDefinition } from '../../contracts/schema.js';
import type { ArtifactStore } from '../artifacts/store.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { type ArchiveRowsInput, archiveRows, type SequenceReader } from './archive-rows.js';
import { artifactOf, MANIFEST, type Manifest, operationsOf, type RestorePoint, VERIFICATION } from './restore-point.js';

export { verifyRestorePoint } from './verify-restore-point.js';

export interface CreateRestorePointInput extends Pick<ArchiveRowsInput, 'artifacts' | 'signal' | 'onProgress'> {
  from: ConfirmedTarget;
  /** `undefined`: there is no database yet, and returning means to have none again. */
  schema: SchemaDefinition | undefined;
  point: RestorePointRef;
  /** The operation that makes it. */
  operation: string;
  /** Looks whether `schema` is still true inside the archive's snapshot. */
  check?(session: Session): Promise<void>;
  /** Sequences are moved on by whoever uses the target meanwhile: read with the rows they cannot be behind them. */
  readSequences?: SequenceReader;
}

/** Keeps a target as it is now. Until the last byte is there it is no restore point; one of the same name is replaced. */
export async function createRestorePoint(input: CreateRestorePointInput): Promise<RestorePointSummary> {
  await discardRestorePoint(input.artifacts, input.point);
  const manifest = input.schema ? await writeArchive({ ...input, schema: input.schema }) : manifestOf(input, []);
  await input.artifacts.writeJson(artifactOf(input.point, MANIFEST), {
    ...manifest,
    sha256: sha256(JSON.stringify(manifest)),
  });
  return manifest.summary;
}

/** @throws DataError `RESTORE_POINT_MISSING`, `RESTORE_POINT_DAMAGED` when its schema is not what was written */
export async function readRestorePoint(artifacts: ArtifactStore, point: RestorePointRef): Promise<RestorePoint> {
  const { summary, archived, schemaSha256 } = await readManifest(artifacts, point);
  const { kind } = summary;
  if (kind === 'drop database') return { ...summary, kind };
  const text = await readText(artifacts, point, SCHEMA);
  if (text === undefined || sha256(text) !== schemaSha256) throw damaged(point, `${SCHEMA} is not what was written`);
  return { ...summary, kind, archived, schema: JSON.parse(text) };
}

/** An environment's restore points, newest first. Those that cannot be read are left out: nothing can be restored from them. */
export async function listRestorePoints(artifacts: ArtifactStore, environment: string): Promise<RestorePointSummary[]> {
  const prefix = operationsOf(environment);
  const operations = await artifacts.operations(prefix);
  const read = operations.map((operation) =>
    readSummary(artifacts, { environment, id: operation.slice(prefix.length) }).catch((error: unknown) => {
      if (error instanceof DataError) return undefined;
      throw error;
    }),
  );
  const summaries = await Promise.all(read);
  return newestFirst(summaries.flatMap((summary) => summary ?? []));
}

export function newestFirst(points: readonly RestorePointSummary[]): RestorePointSummary[] {
  return [...points].sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
}

/** @throws DataError `RESTORE_POINT_MISSING` when the environment has none */
export async function newestRestorePoint(artifacts: ArtifactStore, environment: string): Promise<RestorePointSummary> {
  const [newest] = await listRestorePoints(artifacts, environment);
  if (!newest) throw new DataError('RESTORE_POINT_MISSING', `${environment} has no restore point`);
  return newest;
}

/** Removes a restore point. One that is gone already stays gone. */
export async function discardRestorePoint(artifacts: ArtifactStore, point: RestorePointRef): Promise<void> {
  await artifacts.remove(artifactOf(point, MANIFEST).operation);
}

const SCHEMA = 'schema.json';

async function writeArchive(input: CreateRestorePointInput & { schema: SchemaDefinition }): Promise<Manifest> {
  const { artifacts, point, check, readSequences, from, signal, onProgress } = input;
  let { schema } = input;
  const archived = await archiveRows({
    from,
    point,
    artifacts,
    tables: schema.tables,
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    async onSnapshot(session) {
      await check?.(session);
      if (readSequences) schema = { ...schema, sequences: await readSequences(session, schema.sequences) };
    },
  });
  await artifacts.writeJson(artifactOf(point, SCHEMA), schema);
  const schemaSha256 = sha256(await artifacts.readText(artifactOf(point, SCHEMA)));
  return { ...manifestOf(input, archived), schemaSha256 };
}

function manifestOf({ point, operation, schema }: CreateRestorePointInput, archived: Manifest['archived']): Manifest {
  return {
    summary: {
      ...point,
      createdAt: new Date().toISOString(),
      operation,
      kind: schema ? 'archive' : 'drop database',
      tables: archived.length,
      records: archived.reduce((sum, { rows }) => sum + rows, 0),
      sizeBytes: archived.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    },
    archived,
  };
}

async function readSummary(artifacts: ArtifactStore, point: RestorePointRef): Promise<RestorePointSummary> {
  const { summary } = await readManifest(artifacts, point);
  const verification = await readText(artifacts, point, VERIFICATION);
  return verification ? { ...summary, verification: JSON.parse(verification) } : summary;
}

async function readManifest(artifacts: ArtifactStore, point: RestorePointRef): Promise<Manifest> {
  const text = await readText(artifacts, point, MANIFEST);
  if (text === undefined) {
    throw new DataError('RESTORE_POINT_MISSING', `${point.environment} has no restore point ${point.id}`);
  }
  const { sha256: written, ...manifest } = parseManifest(text, point);
  if (sha256(JSON.stringify(manifest)) !== written) throw damaged(point, `${MANIFEST} is not what was written`);
  return manifest;
}

function parseManifest(text: string, point: RestorePointRef): Manifest & { sha256?: string } {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged(point, `${MANIFEST} is not JSON`);
  }
}

async function readText(artifacts: ArtifactStore, point: RestorePointRef, name: string): Promise<string | undefined> {
  return artifacts.readText(artifactOf(point, name)).catch((error: unknown) => {
    if (error instanceof DataError && error.code === 'ARTIFACT_MISSING') return undefined;
    if (error instanceof DataError && error.code === 'ARTIFACT_DAMAGED')
      throw damaged(point, `${name} is not what was written`);
    throw error;
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function damaged({ environment, id }: RestorePointRef, why: string): DataError {
  return new DataError('RESTORE_POINT_DAMAGED', `restore point ${id} of ${environment}: ${why}`);
}
