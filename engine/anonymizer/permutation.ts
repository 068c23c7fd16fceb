import { BlockHash } from './block-hash.js';
import { scale32 } from './random.js';
import type { SipHash } from './sip-hash.js';

const ROUNDS = 8;
const TWO_31 = 2 ** 31;
const TWO_32 = 2 ** 32;
/** Up to this size 32 bits are spread evenly but for one part in 2¹². */
const EVEN = 2 ** 20;
const TWO_52 = 2 ** 52;
const DIGITS = 10;
const LETTERS = 26;
/** Symbols in one half, so that radix^half stays below 2^52 and sums are exact. */
const HALF: Record<number, number> = { [DIGITS]: 15, 16: 12, [LETTERS]: 11, 62: 8 };

export interface PermutationOptions {
  /** Different tweaks permute differently. 32 bits. */
  tweak?: number;
  /** Results must satisfy this, as the input does (a number in the range of its type). Judged on the first 30 digits. */
  accept?: (digits: string) => boolean;
}

/**
 * Permutes strings of one length over an alphabet: different inputs give different outputs, and none gives itself. Keyed.
 *
 * An alternating Feistel network (the shape of NIST FF1) gives a permutation P; the result is P⁻¹(P(x) + 1), which is one cycle through all
 * strings (of one symbol alone, a keyed order of all is). So there is no fixed point, and walking on until `accept` agrees permutes the accepted strings. Among 10¹⁴ strings and more P alone
 * does: one that is its own result is not to be expected there.
 */
export function permuteDigits(hash: SipHash, digits: string, options: PermutationOptions = {}): string {
  const symbols = Uint8Array.from(digits, Number);
  permuteSymbols(hash, symbols, symbols.length, DIGIT_SYMBOLS, options);
  return textOf(symbols, 0, symbols.length, DIGIT_SYMBOLS);
}

export interface Alphabet {
  /** Its symbols are 0 to `radix` - 1. */
  radix: number;
  /** The character code of symbol 0. */
  zero: number;
}

export const DIGIT_SYMBOLS: Alphabet = { radix: DIGITS, zero: 0x30 };
export const LETTER_SYMBOLS: Alphabet = { radix: LETTERS, zero: 0x61 };

/** The same in place, for the first `length` symbols. Longer strings go chunk by chunk; each is tweaked by the ones before, which a reader of the key could recover first. */
export function permuteSymbols(
  hash: SipHash,
  symbols: Uint8Array,
  length: number,
  alphabet: Alphabet,
  { tweak = 0, accept }: PermutationOptions = {},
): void {
  const size = 2 * (HALF[alphabet.radix] ?? 1);
  let chunkTweak = tweak;
  for (let at = 0; at < length; at += size) {
    const stop = Math.min(at + size, length);
    const next = stop < length ? hash.range(symbols, at, stop).low ^ chunkTweak : 0;
    const middle = at + ((stop - at) >> 1);
    const network = networkOf(hash);
    network.leftSize = alphabet.radix ** (middle - at);
    network.rightSize = alphabet.radix ** (stop - middle);
    network.tweak = chunkTweak;
    network.left = toNumber(symbols, at, middle, alphabet);
    network.right = toNumber(symbols, middle, stop, alphabet);
    do {
      network.step();
      writeNumber(network.left, symbols, at, middle, alphabet);
      writeNumber(network.right, symbols, middle, stop, alphabet);
    } while (at === 0 && accept && !accept(textOf(symbols, at, stop, alphabet)));
    chunkTweak = next;
  }
}

/** The same as `permuteDigits` for a number written with `length` digits, at most nine: without making strings. */
export function permuteInteger(hash: SipHash, value: number, length: number): number {
  const network = networkOf(hash);
  const rightSize = DIGITS ** (length - (length >> 1));
  network.leftSize = DIGITS ** (length >> 1);
  network.rightSize = rightSize;
  network.tweak = 0;
  network.left = (value / rightSize) | 0;
  network.right = value % rightSize;
  network.step();
  return network.left * rightSize + network.right;
}

/** From this many strings on, one that is its own result is not to be expected: the way there and back is not gone. */
const VAST = 1e14;

/** A power of two that no alphabet has more symbols than. */
const MOST_SYMBOLS = 64;
/** Tells the hashes of symbols alone from those of halves. */
const ALONE = -1;

/** One for each key: nothing here waits between filling and reading it. */
const networks = new WeakMap<SipHash, Network>();

function networkOf(hash: SipHash): Network {
  const known = networks.get(hash);
  if (known) return known;
  const network = new Network(hash);
  networks.set(hash, network);
  return network;
}

/** Two halves, each in turn shifted by a keyed function of the other. */
class Network {
  left = 0;
  right = 0;
  leftSize = 1;
  rightSize = 1;
  tweak = 0;
  readonly #hash: BlockHash;

  constructor(hash: SipHash) {
    const { high: a, low: b } = hash.text('permutation/1');
    const { high: c, low: d } = hash.text('permutation/2');
    this.#hash = new BlockHash(Int32Array.of(a, b, c, d));
  }

  /** Moves to the next string of the cycle. */
  step(): void {
    if (this.leftSize === 1) {
      this.right = this.#next(this.right);
      return;
    }
    this.#encrypt();
    if (this.leftSize * this.rightSize >= VAST) return;
    if (++this.right === this.rightSize) {
      this.right = 0;
      if (++this.left === this.leftSize) this.left = 0;
    }
    this.#decrypt();
  }

  /** Of a symbol alone, which has no other half to be shifted by: the next one in a keyed order of all. */
  #next(symbol: number): number {
    const own = this.#rank(symbol);
    let next = Infinity;
    let first = own;
    for (let other = 0; other < this.rightSize; other++) {
      const rank = this.#rank(other);
      if (rank > own && rank < next) next = rank;
      if (rank < first) first = rank;
    }
    return (next === Infinity ? first : next) % MOST_SYMBOLS;
  }

  /** Different for each symbol, which is its remainder. */
  #rank(symbol: number): number {
    return (this.#hash.words(this.rightSize, this.tweak, symbol, ALONE) >>> 0) * MOST_SYMBOLS + symbol;
  }

  #encrypt(): void {
    let a = this.left;
    let b = this.right;
    for (let round = 0; round < ROUNDS; round++) {
      const size = (round & 1) === 0 ? this.leftSize : this.rightSize;
      let next = a + this.#value(round, b, size);
      if (next >= size) next -= size;
      a = b;
      b = next;
    }
    this.left = a;
    this.right = b;
  }

  #decrypt(): void {
    let a = this.left;
    let b = this.right;
    for (let round = ROUNDS - 1; round >= 0; round--) {
      const size = (round & 1) === 0 ? this.leftSize : this.rightSize;
      let previous = b - this.#value(round, a, size);
      if (previous < 0) previous += size;
      b = a;
      a = previous;
    }
    this.left = a;
    this.right = b;
  }

  /** Below `size`, which 32 bits reach evenly enough while it is small. */
  #value(round: number, half: number, size: number): number {
    const hash = this.#hash;
    const low = hash.words(round ^ this.leftSize, this.tweak, half | 0, half < TWO_31 ? 0 : Math.floor(half / TWO_32));
    if (size <= EVEN) return scale32(low >>> 0, size);
    return Math.floor((((hash.high & 0xfffff) * TWO_32 + (low >>> 0)) / TWO_52) * size);
  }
}

function toNumber(symbols: Uint8Array, at: number, stop: number, { radix }: Alphabet): number {
  let value = 0;
  for (let index = at; index < stop; index++) value = value * radix + (symbols[index] as number);
  return value;
}

/** Integers of 32 bits are divided several times as fast as larger ones. */
function writeNumber(value: number, symbols: Uint8Array, at: number, stop: number, { radix }: Alphabet): void {
  let index = stop;
  let rest = value;
  while (rest >= TWO_31) {
    const next = Math.floor(rest / radix);
    symbols[--index] = rest - next * radix;
    rest = next;
  }
  for (let small = rest | 0; index > at; ) {
    const next = (small / radix) | 0;
    symbols[--index] = small - next * radix;
    small = next;
  }
}

function textOf(symbols: Uint8Array, at: number, stop: number, { zero }: Alphabet): string {
  let text = '';
  for (let index = at; index < stop; index++) text += String.fromCharCode(zero + (symbols[index] as number));
  return text;
}
