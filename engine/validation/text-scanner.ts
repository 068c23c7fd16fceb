import { MASKED_EMAIL_HOST } from '../../contracts/anonymization.js';
import type { HashSet } from './hash-set.js';
import { characterFolds, foldBeyond, hashOn, NO_WORD } from './word-hashes.js';

/** What is looked for, as hashes: the first two words of names, and digits of numbers. */
export interface ScannedPeople {
  names: HashSet;
  /** Those that no generator makes. */
  rareNames: HashSet;
  /** Of cards, accounts and identities. */
  numbers: HashSet;
}

/** A scanned text: UTF-8 bytes from `at` to before `stop`. */
export interface TextBytes {
  bytes: Buffer;
  at: number;
  stop: number;
  /** Generators made some of it. */
  mayBeMade: boolean;
}

/** Digits of a number that may name somebody; where generators make numbers, only those of known cards, accounts and identities are evidence. */
const DIGITS = 9;
const DIGITS_WHERE_MADE = 12;
const LONGEST_GAP = 2;
const SHORTEST = 6;
const MASKED_HOST = Buffer.from(MASKED_EMAIL_HOST);

const AT_SIGN = 0x40;
const PERCENT = 0x25;
const DOT = 0x2e;
const HYPHEN = 0x2d;
const BEYOND_ASCII = 0x80;
/** Makes a letter of ASCII a small one. */
const LOWER = 0x20;
/** First bytes of what UTF-8 writes in three bytes and in four. */
const THREE_BYTES = 0xe0;
const FOUR_BYTES = 0xf0;

const OTHER = 0;
const LETTER = 1;
const DIGIT = 2;
/** May stand between digits of a number. */
const GAP = 3;
/** Of an address, or of an escape. */
const SIGN = 4;
const KINDS = Uint8Array.from({ length: BEYOND_ASCII }, (_, code) => kindOf(String.fromCharCode(code)));

function kindOf(character: string): number {
  if (/[a-z]/i.test(character)) return LETTER;
  if (/\d/.test(character)) return DIGIT;
  if (' ().-'.includes(character)) return GAP;
  return '@%\\'.includes(character) ? SIGN : OTHER;
}

/**
 * Whether a text is worth being read as text: one look at each byte, without making a string. True for everything in which `findInText` finds something; for
 * other texts seldom.
 */
export function mayHoldPersonalData({ bytes, at, stop, mayBeMade }: TextBytes, known: ScannedPeople): boolean {
  if (stop - at < SHORTEST) return false;
  const folds = characterFolds();
  const names = mayBeMade ? known.rareNames : known.names;
  let previous = NO_WORD;
  let word = NO_WORD;
  /** Of a number, with and without what separates them; the latter's hash. */
  let digits = 0;
  let run = 0;
  let hash = 0;
  let gap = 0;
  for (let here = at; here < stop; here++) {
    let code = bytes[here] as number;
    const kind = code < BEYOND_ASCII ? (KINDS[code] as number) : OTHER;
    if (kind === LETTER && run === 0) {
      digits = 0;
      word = hashOn(word, code | LOWER);
      continue;
    }
    if (kind === DIGIT) {
      digits++;
      run++;
      hash = hashOn(hash, code);
      gap = 0;
      if (mayBeMade ? digits >= DIGITS_WHERE_MADE && digits > run : digits === DIGITS) return true;
      if (!mayBeMade && isIbanStart(bytes, here, at)) return true;
    } else {
      if (run > 0) {
        if (run >= DIGITS_WHERE_MADE && known.numbers.has(run, hash >>> 0)) return true;
        run = 0;
        hash = 0;
      }
      if (digits > 0 && (kind !== GAP || ++gap > LONGEST_GAP)) digits = 0;
      if (kind === SIGN && isSign(bytes, here, stop)) return true;
      if (code >= BEYOND_ASCII) {
        const first = code;
        code = codePointAt(bytes, here);
        here += first < THREE_BYTES ? 1 : first < FOUR_BYTES ? 2 : 3;
      }
    }
    const fold = code < 0x10000 ? (folds[code] as number) : foldBeyond(code);
    if (fold !== 0) {
      word = hashOn(word, fold);
    } else if (word !== NO_WORD) {
      if (names.has(previous >>> 0, word >>> 0)) return true;
      previous = word;
      word = NO_WORD;
    }
  }
  if (run >= DIGITS_WHERE_MADE && known.numbers.has(run, hash >>> 0)) return true;
  return word !== NO_WORD && names.has(previous >>> 0, word >>> 0);
}

function codePointAt(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  const second = (bytes[at + 1] as number) & 0x3f;
  if (first < THREE_BYTES) return ((first & 0x1f) << 6) | second;
  const third = (bytes[at + 2] as number) & 0x3f;
  if (first < FOUR_BYTES) return ((first & 0x0f) << 12) | (second << 6) | third;
  return ((first & 0x07) << 18) | (second << 12) | (third << 6) | ((bytes[at + 3] as number) & 0x3f);
}

/** An @ or an escape, with what makes it one after it. */
function isSign(bytes: Buffer, here: number, stop: number): boolean {
  if (bytes[here] === AT_SIGN) return !isMaskedHost(bytes, here + 1, stop);
  const next = here + 1 < stop ? (bytes[here + 1] as number) : 0;
  return bytes[here] === PERCENT ? next >= 0x32 && next <= 0x37 : 'unrtbf'.includes(String.fromCharCode(next | LOWER));
}

/** The second digit after two capitals. */
function isIbanStart(bytes: Buffer, here: number, at: number): boolean {
  return (
    here - 3 >= at &&
    isDigit(bytes[here - 1] as number) &&
    isCapital(bytes[here - 2] as number) &&
    isCapital(bytes[here - 3] as number)
  );
}

/** A generator's address, which ends there. */
function isMaskedHost(bytes: Buffer, at: number, stop: number): boolean {
  const end = at + MASKED_HOST.length;
  if (end > stop || MASKED_HOST.compare(bytes, at, end) !== 0) return false;
  if (end === stop) return true;
  const next = bytes[end] as number;
  return next < 0x80 && !isDigit(next) && !isCapital(next & ~0x20) && next !== DOT && next !== HYPHEN;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}
