import { HashSet } from './hash-set.js';

const BASIC_PLANE = 0x10000;
const LAST_CODE = 0x10ffff;
const WORD_CHARACTER = /[\p{L}\p{M}'’-]/u;
const IGNORED = 0xffff;
const FINAL_SIGMA = 'ς';
/** What `İ` has beside its `i` in lower case. */
const DOT_ABOVE = '\u0307';
const PRIME = 0x01000193;

/** Before the first character of a word. */
export const NO_WORD = 0;

/** Pairs of words that stand side by side, in any letter case. */
export function wordPairs(pairs: Iterable<readonly [first: string, second: string]>): HashSet {
  const set = new HashSet();
  for (const [first, second] of pairs) set.add(hashOf(first) >>> 0, hashOf(second) >>> 0);
  return set;
}

/** Numbers, as their digits. */
export function longNumbers(numbers: Iterable<string>): HashSet {
  const set = new HashSet();
  for (const digits of numbers) set.add(digits.length, hashOfDigits(digits) >>> 0);
  return set;
}

function hashOfDigits(digits: string): number {
  let hash = NO_WORD;
  for (let at = 0; at < digits.length; at++) hash = hashOn(hash, digits.charCodeAt(at));
  return hash;
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
  return fold === IGNORED ? hash : Math.imul(hash ^ fold, PRIME) || 1;
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
