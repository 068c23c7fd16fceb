import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openS3Store } from '../../engine/artifacts/s3-store.js';
import { type ArtifactStore, openDirectoryStore } from '../../engine/artifacts/store.js';
import { s3Program, startS3Server } from './s3-server.js';

export interface TestStore extends AsyncDisposable {
  store: ArtifactStore;
  /** Another store of the same kind, as nobody has made yet. */
  fresh(): ArtifactStore;
  /** The folders of operations, as the store itself keeps them. */
  directory: string;
}

export type StoreKind = 'directory' | 's3';

/** Every kind of store that this machine can test. */
export const STORES: readonly StoreKind[] = s3Program ? ['directory', 's3'] : ['directory'];

/** An empty store. */
export async function createStore(kind: StoreKind): Promise<TestStore> {
  if (kind === 's3') {
    const server = await startS3Server();
    return {
      store: openS3Store(server.settings),
      directory: join(server.directory, server.settings.prefix),
      fresh: () => openS3Store({ ...server.settings, prefix: 'fresh' }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  }
  const directory = await mkdtemp(join(tmpdir(), 'envclone-store-'));
  return {
    store: openDirectoryStore(join(directory, 'artifacts')),
    directory: join(directory, 'artifacts'),
    fresh: () => openDirectoryStore(join(directory, 'not', 'yet')),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}
