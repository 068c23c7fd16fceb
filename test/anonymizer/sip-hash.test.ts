import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SipHash } from '../../engine/anonymizer/sip-hash.js';

const KEY = Uint8Array.from({ length: 16 }, (_, index) => index);
const SIP_2_4 = { compression: 2, finalization: 4 };

/** Appendix A of the paper, and entries of the authors' table: message 00 01 02 … of that length. */
test.each([
  [0, 0x726fdb47dd0e0e31n],
  [1, 0x74f839c593dc67fdn],
  [8, 0x93f5f5799a932462n],
  [15, 0xa129ca6149be45e5n],
])('SipHash-2-4 of %i bytes is the published one', (length, expected) => {
  const message = Uint8Array.from({ length }, (_, index) => index);
  expect(result(new SipHash(KEY, SIP_2_4).bytes(message))).toBe(expected);
  expect(reference(KEY, message, 2, 4)).toBe(expected);
});

test('SipHash-1-3 equals the definition in 64-bit arithmetic', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.uint8Array({ maxLength: 70 }), (key, message) => {
      expect(result(new SipHash(key).bytes(message))).toBe(reference(key, message, 1, 3));
    }),
  );
});

test('a text hashes as its UTF-8 bytes, however long', () => {
  const hash = new SipHash(KEY);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 400 }), (part, times) => {
      const text = part.repeat(times);
      expect(result(hash.text(text))).toBe(result(new SipHash(KEY).bytes(new TextEncoder().encode(text))));
    }),
    { numRuns: 30 },
  );
});

function result({ high, low }: SipHash): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

/** The definition, word by word. */
function reference(key: Uint8Array, message: Uint8Array, c: number, d: number): bigint {
  const mask = (1n << 64n) - 1n;
  const rotate = (value: bigint, by: bigint) => ((value << by) | (value >> (64n - by))) & mask;
  const word = (bytes: Uint8Array) => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const k0 = word(key.slice(0, 8));
  const k1 = word(key.slice(8));
  let [v0, v1, v2, v3] = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ];
  const rounds = (count: number) => {
    for (let round = 0; round < count; round++) {
      v0 = (v0 + v1) & mask;
      v1 = rotate(v1, 13n) ^ v0;
      v0 = rotate(v0, 32n);
      v2 = (v2 + v3) & mask;
      v3 = rotate(v3, 16n) ^ v2;
      v0 = (v0 + v3) & mask;
      v3 = rotate(v3, 21n) ^ v0;
      v2 = (v2 + v1) & mask;
      v1 = rotate(v1, 17n) ^ v2;
      v2 = rotate(v2, 32n);
    }
  };
  const padded = new Uint8Array((Math.floor(message.length / 8) + 1) * 8);
  padded.set(message);
  padded[padded.length - 1] = message.length & 0xff;
  for (let at = 0; at < padded.length; at += 8) {
    const m = word(padded.slice(at, at + 8));
    v3 ^= m;
    rounds(c);
    v0 ^= m;
  }
  v2 ^= 0xffn;
  rounds(d);
  return v0 ^ v1 ^ v2 ^ v3;
}
