import type { SipHash } from './sip-hash.js';

const ROUNDS = 8;
const TWO_32 = 2 ** 32;
const DIGITS = 10;
const LETTERS = 26;
/** Symbols in one half, so that radix^half stays below 2^52 and sums are exact. */
const HALF: Record<number, number> = { [DIGITS]: 15, [LETTERS]: 11 };

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
 * strings. So there is no fixed point, and walking on until `accept` agrees permutes the accepted strings.
 */
export function permuteDigits(hash: SipHash, digits: string, options: PermutationOptions = {}): string {
  return permuteChunks(hash, digits, { radix: DIGITS, ...options });
}

/** The same for lower-case letters a to z. */
export function permuteLetters(hash: SipHash, letters: string, options: PermutationOptions = {}): string {
  return permuteChunks(hash, letters, { radix: LETTERS, ...options });
}

interface ChunkOptions extends PermutationOptions {
  radix: number;
}

/** Longer strings go chunk by chunk; each is tweaked by the ones before, which a reader of the key could recover first. */
function permuteChunks(hash: SipHash, symbols: string, { radix, tweak = 0, accept }: ChunkOptions): string {
  const size = 2 * (HALF[radix] ?? 1);
  if (symbols.length <= size) return walk(hash, symbols, radix, tweak, accept);
  let result = '';
  let chunkTweak = tweak;
  for (let at = 0; at < symbols.length; at += size) {
    const chunk = symbols.slice(at, at + size);
    result += walk(hash, chunk, radix, chunkTweak, at === 0 ? accept : undefined);
    chunkTweak = hash.text(`${chunkTweak}/${chunk}`).low;
  }
  return result;
}

function walk(hash: SipHash, symbols: string, radix: number, tweak: number, accept?: PermutationOptions['accept']) {
  if (symbols === '') return symbols;
  const leftLength = symbols.length >> 1;
  const leftSize = radix ** leftLength;
  const rightSize = radix ** (symbols.length - leftLength);
  const network: Network = {
    hash,
    leftSize,
    rightSize,
    tweak,
    left: toNumber(symbols.slice(0, leftLength), radix),
    right: toNumber(symbols.slice(leftLength), radix),
  };
  for (;;) {
    encrypt(network);
    network.right = (network.right + 1) % rightSize;
    if (network.right === 0) network.left = (network.left + 1) % leftSize;
    decrypt(network);
    const result =
      toSymbols(network.left, leftLength, radix) + toSymbols(network.right, symbols.length - leftLength, radix);
    if (!accept || accept(result)) return result;
  }
}

interface Network {
  hash: SipHash;
  leftSize: number;
  rightSize: number;
  tweak: number;
  /** The two halves as they are now. */
  left: number;
  right: number;
}

function encrypt(network: Network): void {
  let a = network.left;
  let b = network.right;
  for (let round = 0; round < ROUNDS; round++) {
    const size = round % 2 === 0 ? network.leftSize : network.rightSize;
    const next = (a + roundValue(network, round, b, size)) % size;
    a = b;
    b = next;
  }
  network.left = a;
  network.right = b;
}

function decrypt(network: Network): void {
  let a = network.left;
  let b = network.right;
  for (let round = ROUNDS - 1; round >= 0; round--) {
    const size = round % 2 === 0 ? network.leftSize : network.rightSize;
    const previous = (b - roundValue(network, round, a, size) + size) % size;
    b = a;
    a = previous;
  }
  network.left = a;
  network.right = b;
}

/** A remainder of doubles is ten times slower than one of integers, so small halves (phones) never see one. */
function roundValue({ hash, leftSize, tweak }: Network, round: number, half: number, size: number): number {
  const lengths = round ^ leftSize;
  if (half < TWO_32 / 2) hash.words(lengths, tweak, half, 0);
  else hash.words(lengths, tweak, half % TWO_32, Math.floor(half / TWO_32));
  return size <= 0x10000 ? hash.low % size : ((hash.high & 0xfffff) * TWO_32 + hash.low) % size;
}

function toNumber(symbols: string, radix: number): number {
  if (radix === DIGITS) return Number(symbols);
  let value = 0;
  for (let at = 0; at < symbols.length; at++) value = value * radix + symbols.charCodeAt(at) - 97;
  return value;
}

function toSymbols(value: number, length: number, radix: number): string {
  if (length === 0) return '';
  if (radix === DIGITS) return String(value).padStart(length, '0');
  let symbols = '';
  for (let rest = value, at = 0; at < length; at++, rest = Math.floor(rest / radix))
    symbols = String.fromCharCode(97 + (rest % radix)) + symbols;
  return symbols;
}
