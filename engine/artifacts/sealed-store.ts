import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArtifactRef } from '../../contracts/artifacts.js';
import { DataError, EnvcloneError } from '../../contracts/errors.js';
import { AGE_FIRST_LINE, decryptAge, encryptAge } from './age.js';
import { feed } from './feed.js';
import { type ArtifactStore, parseArtifact } from './store.js';

/** Who can open what is sealed, in age's notation: `age1…` recipients, `AGE-SECRET-KEY-1…` identities. */
export interface SealKeys {
  recipients: readonly string[];
  identities: readonly string[];
}

export interface SealedStoreInput {
  store: ArtifactStore;
  isSealed(ref: ArtifactRef): boolean;
  /** `write`: before something is sealed, `read`: before it is opened. */
  keys(use: 'write' | 'read'): Promise<SealKeys>;
}

/**
 * Encrypts some artifacts at rest, in the format of age (age-encryption.org/v1), on their way and in bounded memory. What is there unsealed is read as
 * it is. Reading ends with DataError `RESTORE_POINT_DAMAGED` for what was changed, cut or sealed for others.
 */
export function sealArtifacts({ store, isSealed, keys }: SealedStoreInput): ArtifactStore {
  const writeSealed = (ref: ArtifactRef): Writable =>
    feed(async (bytes) => {
      const stored = store.writeStream(ref);
      const closed = new Promise((resolve) => stored.once('close', resolve));
      try {
        await pipeline(bytes, (chunks) => encrypted(chunks, keys), stored);
      } catch (error) {
        await closed; // what it made half-way is gone then
        throw error;
      }
    });
  const readSealed = (ref: ArtifactRef): Readable =>
    Readable.from(decrypted(store.readStream(ref), ref, keys), { objectMode: false });

  return {
    ...store,
    async check() {
      await keys('write'); // a key that cannot be used is told before there is something to seal
      await store.check();
    },
    writeStream: (ref) => (isSealed(ref) ? writeSealed(ref) : store.writeStream(ref)),
    readStream: (ref) => (isSealed(ref) ? readSealed(ref) : store.readStream(ref)),
    async writeJson(ref, value) {
      if (!isSealed(ref)) return store.writeJson(ref, value);
      await pipeline(Readable.from([Buffer.from(`${JSON.stringify(value)}\n`)]), writeSealed(ref));
    },
    readText: async (ref) => (isSealed(ref) ? textOf(readSealed(ref)) : store.readText(ref)),
    async readJson(ref) {
      return isSealed(ref) ? parseArtifact(ref, await textOf(readSealed(ref))) : store.readJson(ref);
    },
  };
}

type Keys = SealedStoreInput['keys'];

async function* encrypted(chunks: AsyncIterable<Buffer>, keys: Keys): AsyncGenerator<Buffer> {
  yield* encryptAge(chunks, (await keys('write')).recipients);
}

async function* decrypted(chunks: AsyncIterable<Buffer>, ref: ArtifactRef, keys: Keys): AsyncGenerator<Buffer> {
  const rest = chunks[Symbol.asyncIterator]();
  const first = await rest.next();
  if (first.done) return;
  const all = (async function* () {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => rest };
  })();
  if (first.value.toString('latin1', 0, AGE_FIRST_LINE.length) !== AGE_FIRST_LINE) return yield* all;
  const { identities } = await keys('read');
  try {
    yield* decryptAge(all, identities);
  } catch (error) {
    if (error instanceof EnvcloneError) throw error;
    const why = 'was changed, or sealed for another key than that of restorePoints.identityFile';
    throw new DataError('RESTORE_POINT_DAMAGED', `${ref.name} of ${ref.operation} ${why}`);
  }
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
