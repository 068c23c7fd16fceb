const BASIC_PLANE = 0x10000;
const LAST_CODE = 0x10ffff;
const WORD_CHARACTER = /[\p{L}\p{M}'’-]/u;
const IGNORED = 0xffff;
const FINAL_SIGMA = 'ς';
/** What `İ` has beside its `i` in lower case. */
const DOT_ABOVE = '\u0307';
const PRIME = 0x01000193;
const BITS_A_PAIR = 16;
const FEWEST_WORDS = 64;

/** Before the first character of a word. */
export const NO_WORD = 0;

/**
 * Which two words stand side by side in known names, in any letter case, by hashes of their characters. It may take other words for such; never such for
 * others.
 */
export class WordPairs {
  readonly #bits: Uint32Array;
  readonly #mask: number;

  constructor(pairs: readonly (readonly [first: string, second: string])[]) {
    const words = 2 ** Math.ceil(Math.log2(Math.max(FEWEST_WORDS, (pairs.length * BITS_A_PAIR) / 32)));
    this.#bits = new Uint32Array(words);
    this.#mask = words * 32 - 1;
    for (const [first, second] of pairs) {
      const bit = this.#bitOf(hashOf(first), hashOf(second));
      this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] as number) | (1 << (bit & 31));
    }
  }

  has(first: number, second: number): boolean {
    const bit = this.#bitOf(first, second);
    return (((this.#bits[bit >>> 5] as number) >>> (bit & 31)) & 1) === 1;
  }

  #bitOf(first: number, second: number): number {
    const hash = Math.imul(first ^ Math.imul(second, PRIME), PRIME);
    return (hash ^ (hash >>> 15)) & this.#mask;
  }
}

function hashOf(word: string): number {
  const folds = characterFolds();
  let hash = NO_WORD;
  for (const character of word) {
    const code = character.codePointAt(0) ?? 0;
    hash = hashOn(hash, code < BASIC_PLANE ? (folds[code] as number) : foldBeyond(code));
  }
  return hash;
}

/** The hash of a word with one more character, given as its fold. */
export function hashOn(hash: number, fold: number): number {
  return fold === IGNORED ? hash : Math.imul(hash ^ fold, PRIME) | 1;
}

/** By code point of the basic plane: its lower case where it can be part of a word, otherwise 0. */
export function characterFolds(): Uint16Array {
  made ??= Uint16Array.from({ length: BASIC_PLANE }, (_, code) => foldOf(String.fromCharCode(code)));
  return made;
}

let made: Uint16Array | undefined;

/** The same beyond the basic plane; of bytes that are no UTF-8, 0. */
export function foldBeyond(code: number): number {
  return code <= LAST_CODE ? foldOf(String.fromCodePoint(code)) : 0;
}

function foldOf(character: string): number {
  if (!WORD_CHARACTER.test(character)) return 0;
  if (character === DOT_ABOVE) return IGNORED;
  return (character === FINAL_SIGMA ? 'σ' : character.toLowerCase()).codePointAt(0) ?? 0;
}
