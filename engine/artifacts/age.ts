import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { ByteQueue } from './byte-queue.js';

/** What every file of age begins with. */
export const AGE_FIRST_LINE = 'age-encryption.org/v1';

/**
 * Encrypts in the format of age (C2SP age.md). age-encryption makes the header, which says who can open it; the payload goes through OpenSSL's
 * ChaCha20-Poly1305 instead of JavaScript's, at a tenth of the processor's time (docs/decisions/0014).
 */
export async function* encryptAge(
  chunks: AsyncIterable<Buffer>,
  recipients: readonly string[],
): AsyncGenerator<Buffer> {
  const { header, fileKey } = await makeHeader(recipients);
  const nonce = randomBytes(NONCE_BYTES);
  yield Buffer.concat([header, nonce]);
  const seal = createSealer(payloadKey(fileKey, nonce));
  const queue = new ByteQueue();
  for await (const chunk of chunks) {
    queue.push(chunk);
    while (queue.length > CHUNK_BYTES) yield seal(queue.take(CHUNK_BYTES), false); // the last one is never empty unless it is the only one
  }
  yield seal(queue.take(queue.length), true);
}

/** What is sealed is for others. */
export class NoIdentityMatchesError extends Error {}

/** @throws NoIdentityMatchesError; Error for what was changed or cut; nothing that was changed is ever yielded */
export async function* decryptAge(
  chunks: AsyncIterable<Buffer>,
  identities: readonly string[],
): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]();
  const queue = new ByteQueue();
  const fill = async (bytes: number): Promise<boolean> => {
    while (queue.length < bytes) {
      const next = await source.next();
      if (next.done) return false;
      queue.push(next.value);
    }
    return true;
  };
  try {
    const fileKey = await openHeader(await readHeader(queue, fill), identities);
    if (!(await fill(NONCE_BYTES))) throw new Error('the file ends before its payload');
    const open = createOpener(payloadKey(fileKey, queue.take(NONCE_BYTES)));
    let isFirst = true;
    while (await fill(SEALED_BYTES + 1)) {
      yield open(queue.take(SEALED_BYTES), false);
      isFirst = false;
    }
    const last = open(queue.take(queue.length), true);
    if (last.length === 0 && !isFirst) throw new Error('the last chunk is empty');
    yield last;
  } finally {
    await source.return?.();
  }
}

const NONCE_BYTES = 16;
const TAG_BYTES = 16;
const CHUNK_BYTES = 64 * 1024;
const SEALED_BYTES = CHUNK_BYTES + TAG_BYTES;
const CIPHER = 'chacha20-poly1305';

/** Loaded by the first that asks: a copying thread seals nothing. */
function loadAge(): Promise<typeof import('age-encryption')> {
  return import('age-encryption');
}

/** The header as age-encryption writes it: it is asked to encrypt nothing, and tells the file's key to a recipient that adds no line. */
async function makeHeader(recipients: readonly string[]): Promise<{ header: Buffer; fileKey: Uint8Array }> {
  const { Encrypter } = await loadAge();
  const encrypter = new Encrypter();
  let fileKey: Uint8Array | undefined;
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = Uint8Array.from(key);
      return [];
    },
  });
  const file = Buffer.from(await encrypter.encrypt(new Uint8Array()));
  if (!fileKey) throw new Error('age-encryption made no key');
  return { header: file.subarray(0, file.length - NONCE_BYTES - TAG_BYTES), fileKey };
}

const MAC_LINE = Buffer.from('\n--- ');
/** Of thousands of recipients; what is longer is no header. */
const LONGEST_HEADER = 1024 * 1024;

/** From the first line to the one with the authentication code. */
async function readHeader(queue: ByteQueue, fill: (bytes: number) => Promise<boolean>): Promise<Buffer> {
  for (let bytes = 1; bytes < LONGEST_HEADER; bytes = queue.length + 1) {
    const hasMore = await fill(bytes);
    const seen = queue.peek();
    const mac = seen.indexOf(MAC_LINE);
    const end = mac < 0 ? -1 : seen.indexOf('\n', mac + MAC_LINE.length);
    if (end >= 0) return queue.take(end + 1);
    if (!hasMore) break;
  }
  throw new Error('there is no header of age');
}

async function openHeader(header: Buffer, identities: readonly string[]): Promise<Uint8Array> {
  const { Decrypter } = await loadAge();
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypter.decryptHeader(header).catch((error: unknown) => {
    const isForOthers = error instanceof Error && error.message.startsWith('no identity matched'); // it has no code
    throw isForOthers ? new NoIdentityMatchesError(error.message) : error;
  });
}

function payloadKey(fileKey: Uint8Array, nonce: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
}

function createSealer(key: Buffer): (chunk: Buffer, isLast: boolean) => Buffer {
  const nonceOf = createCounter();
  return (chunk, isLast) => {
    const cipher = createCipheriv(CIPHER, key, nonceOf(isLast), { authTagLength: TAG_BYTES });
    return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
  };
}

function createOpener(key: Buffer): (chunk: Buffer, isLast: boolean) => Buffer {
  const nonceOf = createCounter();
  return (chunk, isLast) => {
    const size = chunk.length - TAG_BYTES;
    if (size < 0) throw new Error('the file ends within a chunk');
    const decipher = createDecipheriv(CIPHER, key, nonceOf(isLast), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(chunk.subarray(size));
    return Buffer.concat([decipher.update(chunk.subarray(0, size)), decipher.final()]);
  };
}

/** Eleven bytes count the chunks, the twelfth says which is the last. */
function createCounter(): (isLast: boolean) => Buffer {
  let count = 0;
  return (isLast) => {
    const nonce = Buffer.alloc(12);
    nonce.writeUIntBE(count, 5, 6);
    nonce[11] = isLast ? 1 : 0;
    count += 1;
    return nonce;
  };
}
