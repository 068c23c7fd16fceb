import { randomBytes } from 'node:crypto';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decryptAge, encryptAge } from '../../engine/artifacts/age.js';

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);

async function all(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** In portions of these sizes, over and over. */
async function* inPortions(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const CHUNK = 65_536;
const sizes = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.constantFrom(CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 5 * CHUNK),
);
const portions = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 5 });

test('whatever comes, in whatever portions, comes back, also through the library alone', async () => {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  await fc.assert(
    fc.asyncProperty(sizes, portions, portions, async (size, there, back) => {
      const bytes = randomBytes(size);
      const sealed = await all(encryptAge(inPortions(bytes, there), [recipient]));
      expect((await all(decryptAge(inPortions(sealed, back), [identity]))).equals(bytes)).toBe(true);
      expect(bytes.equals(await decrypter.decrypt(sealed))).toBe(true);
      const theirs = Buffer.from(await encrypter.encrypt(bytes));
      expect((await all(decryptAge(inPortions(theirs, back), [identity]))).equals(bytes)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('chunks that changed places, went or came twice are told', async () => {
  const sealed = await all(encryptAge(inPortions(randomBytes(4 * CHUNK), [CHUNK]), [recipient]));
  const start = sealed.length - 4 * (CHUNK + 16);
  const chunk = (index: number) => sealed.subarray(start + index * (CHUNK + 16), start + (index + 1) * (CHUNK + 16));
  const orders = [[1, 0, 2, 3], [0, 1, 3], [0, 1, 2], [0, 0, 1, 2, 3], [0, 1, 2, 3, 3], []];
  for (const order of orders) {
    const file = Buffer.concat([sealed.subarray(0, start), ...order.map(chunk)]);
    await expect(all(decryptAge(inPortions(file, [100_000]), [identity])), String(order)).rejects.toThrow();
  }
});

test.each(['', 'age-encryption.org/v1\n', 'rows'])('%j is no file of age', async (text) => {
  await expect(all(decryptAge(inPortions(Buffer.from(text), [5]), [identity]))).rejects.toThrow();
});
