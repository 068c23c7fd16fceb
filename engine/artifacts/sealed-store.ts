import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArtifactRef } from '../../contracts/artifacts.js';
import { ConfigurationError, DataError } from '../../contracts/errors.js';
import { AGE_FIRST_LINE, decryptAge, encryptAge, NoIdentityMatchesError } from './age.js';
import { ByteQueue } from './byte-queue.js';
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
 * it is. Reading ends with DataError `RESTORE_POINT_DAMAGED` for what was changed or cut, with ConfigurationError `RESTORE_KEY_MISSING` for what is
 * sealed for others, and as the store's own reading ends.
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
  const source = rememberFailure(chunks);
  const rest = source.chunks[Symbol.asyncIterator]();
  const first = await firstBytes(rest, AGE_FIRST_LINE.length);
  const all = (async function* () {
    if (first.length > 0) yield first;
    yield* { [Symbol.asyncIterator]: () => rest };
  })();
  if (first.toString('latin1', 0, AGE_FIRST_LINE.length) !== AGE_FIRST_LINE) return yield* all;
  const { identities } = await keys('read');
  try {
    yield* decryptAge(all, identities);
  } catch (error) {
    throw source.failure() === error ? error : asRefusal(error, ref);
  }
}

/** The chunks as they are, and whether they ended because whoever gave them failed. */
function rememberFailure(chunks: AsyncIterable<Buffer>) {
  let failure: unknown;
  async function* remembered(): AsyncGenerator<Buffer> {
    try {
      yield* chunks;
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  return { chunks: remembered(), failure: () => failure };
}

/** So many bytes or more, however short the chunks are; fewer when there are no more. */
async function firstBytes(chunks: AsyncIterator<Buffer>, bytes: number): Promise<Buffer> {
  const queue = new ByteQueue();
  while (queue.length < bytes) {
    const next = await chunks.next();
    if (next.done) break;
    queue.push(next.value);
  }
  return queue.take(queue.length);
}

/** A key that does not fit says nothing of what is sealed. */
function asRefusal(error: unknown, { name, operation }: ArtifactRef): Error {
  if (error instanceof NoIdentityMatchesError) {
    const what = `${name} of ${operation} is sealed for another key than those of restorePoints.identityFile, or its header was changed`;
    return new ConfigurationError('RESTORE_KEY_MISSING', what);
  }
  return new DataError('RESTORE_POINT_DAMAGED', `${name} of ${operation} was changed or cut`);
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
