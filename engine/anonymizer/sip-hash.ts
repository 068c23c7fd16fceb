/** Rounds per word and at the end: SipHash-1-3 is what masking uses, 2-4 is what its authors published vectors for. */
export interface SipRounds {
  compression: number;
  finalization: number;
}

const SIP_1_3: SipRounds = { compression: 1, finalization: 3 };
const SCRATCH_BYTES = 4096;
const encoder = new TextEncoder();
/** Shared by all hashes: nothing here waits between filling and reading it. */
const scratch = new Uint8Array(SCRATCH_BYTES);

/**
 * SipHash (Aumasson and Bernstein, "SipHash: a fast short-input PRF") on 32-bit halves: no BigInt, no allocation.
 * The last result is in `high` and `low`, both unsigned.
 */
export class SipHash {
  high = 0;
  low = 0;
  readonly #k0l: number;
  readonly #k0h: number;
  readonly #k1l: number;
  readonly #k1h: number;
  readonly #rounds: SipRounds;

  /** @param key 16 bytes */
  constructor(key: Uint8Array, rounds: SipRounds = SIP_1_3) {
    const view = new DataView(key.buffer, key.byteOffset, 16);
    this.#k0l = view.getInt32(0, true);
    this.#k0h = view.getInt32(4, true);
    this.#k1l = view.getInt32(8, true);
    this.#k1h = view.getInt32(12, true);
    this.#rounds = rounds;
  }

  /** Hashes a text's UTF-8 bytes. */
  text(value: string): this {
    if (value.length * 3 > SCRATCH_BYTES) return this.bytes(encoder.encode(value));
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at);
      if (code > 127) return this.bytes(scratch, encoder.encodeInto(value, scratch).written);
      scratch[at] = code;
    }
    return this.bytes(scratch, value.length);
  }

  /** Hashes the bytes from `start` up to `stop`. */
  range(bytes: Uint8Array, start: number, stop: number): this {
    return this.bytes(bytes, stop - start, start);
  }

  bytes(bytes: Uint8Array, length = bytes.length, start = 0): this {
    const { compression, finalization } = this.#rounds;
    let v0h = this.#k0h ^ 0x736f6d65;
    let v0l = this.#k0l ^ 0x70736575;
    let v1h = this.#k1h ^ 0x646f7261;
    let v1l = this.#k1l ^ 0x6e646f6d;
    let v2h = this.#k0h ^ 0x6c796765;
    let v2l = this.#k0l ^ 0x6e657261;
    let v3h = this.#k1h ^ 0x74656462;
    let v3l = this.#k1l ^ 0x79746573;
    const blocks = (length >>> 3) + 1;
    const stop = start + length;
    let at = start;
    for (let block = 0; block <= blocks; block++) {
      let wordLow = 0;
      let wordHigh = 0;
      let rounds = compression;
      if (block === blocks) {
        v2l ^= 0xff;
        rounds = finalization;
      } else if (block < blocks - 1) {
        wordLow = readWord(bytes, at);
        wordHigh = readWord(bytes, at + 4);
        at += 8;
      } else {
        wordHigh = length << 24;
        for (let shift = 0; at < stop; at++, shift += 8) {
          if (shift < 32) wordLow |= (bytes[at] as number) << shift;
          else wordHigh |= (bytes[at] as number) << (shift - 32);
        }
      }
      v3l ^= wordLow;
      v3h ^= wordHigh;
      for (; rounds > 0; rounds--) {
        let low = (v0l + v1l) | 0;
        v0h = (v0h + v1h + (low >>> 0 < v0l >>> 0 ? 1 : 0)) | 0;
        v0l = low;
        let high = v1h;
        v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
        v1l = ((v1l << 13) | (high >>> 19)) ^ v0l;
        high = v0h;
        v0h = v0l;
        v0l = high;

        low = (v2l + v3l) | 0;
        v2h = (v2h + v3h + (low >>> 0 < v2l >>> 0 ? 1 : 0)) | 0;
        v2l = low;
        high = v3h;
        v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
        v3l = ((v3l << 16) | (high >>> 16)) ^ v2l;

        low = (v0l + v3l) | 0;
        v0h = (v0h + v3h + (low >>> 0 < v0l >>> 0 ? 1 : 0)) | 0;
        v0l = low;
        high = v3h;
        v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
        v3l = ((v3l << 21) | (high >>> 11)) ^ v0l;

        low = (v2l + v1l) | 0;
        v2h = (v2h + v1h + (low >>> 0 < v2l >>> 0 ? 1 : 0)) | 0;
        v2l = low;
        high = v1h;
        v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
        v1l = ((v1l << 17) | (high >>> 15)) ^ v2l;
        high = v2h;
        v2h = v2l;
        v2l = high;
      }
      v0l ^= wordLow;
      v0h ^= wordHigh;
    }
    this.high = (v0h ^ v1h ^ v2h ^ v3h) >>> 0;
    this.low = (v0l ^ v1l ^ v2l ^ v3l) >>> 0;
    return this;
  }
}

function readWord(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}
