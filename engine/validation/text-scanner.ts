import { MASKED_EMAIL_HOST } from '../../contracts/anonymization.js';
import { characterFolds, foldBeyond, hashOn, NO_WORD, type WordPairs } from './word-pairs.js';

/** Of what is known; a generator makes ordinary names, and numbers that are too short to be evidence. */
export interface ScannedNames {
  all: WordPairs;
  rare: WordPairs;
}

/** A scanned text: UTF-8 bytes from `at` to before `stop`. */
export interface TextBytes {
  bytes: Buffer;
  at: number;
  stop: number;
  /** Generators made some of it. */
  mayBeMade: boolean;
}

/** Digits of a number that may name somebody, and of one that does although generators make numbers. */
const DIGITS = 9;
const DIGITS_WHERE_MADE = 12;
const LONGEST_GAP = 2;
const SHORTEST = 6;
const MASKED_HOST = Buffer.from(MASKED_EMAIL_HOST);

const AT_SIGN = 0x40;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
const HYPHEN = 0x2d;
const SPACE = 0x20;
const OPEN = 0x28;
const CLOSE = 0x29;
/** First bytes of what UTF-8 writes in three bytes and in four. */
const THREE_BYTES = 0xe0;
const FOUR_BYTES = 0xf0;

/**
 * Whether a text is worth being read as text: one look at each byte, without making a string. True for everything in which `tokensOf`, `unescapedText`, a form of
 * personal data or a known name would find something; for other texts seldom.
 */
export function mayHoldPersonalData({ bytes, at, stop, mayBeMade }: TextBytes, names: ScannedNames): boolean {
  if (stop - at < SHORTEST) return false;
  const folds = characterFolds();
  const pairs = mayBeMade ? names.rare : names.all;
  const longNumber = mayBeMade ? DIGITS_WHERE_MADE : DIGITS;
  let previous = NO_WORD;
  let word = NO_WORD;
  let digits = 0;
  let gap = 0;
  for (let here = at; here < stop; here++) {
    let code = bytes[here] as number;
    if (code >= 0x80) {
      const first = code;
      code = codePointAt(bytes, here);
      here += first < THREE_BYTES ? 1 : first < FOUR_BYTES ? 2 : 3;
    }
    const fold = code < 0x10000 ? (folds[code] as number) : foldBeyond(code);
    if (fold !== 0) {
      word = hashOn(word, fold);
      if (code !== HYPHEN) {
        digits = 0;
        continue;
      }
    } else if (word !== NO_WORD) {
      if (pairs.has(previous, word)) return true;
      previous = word;
      word = NO_WORD;
    }
    if (isDigit(code)) {
      digits++;
      gap = 0;
      if (digits === longNumber) return true;
      if (!mayBeMade && isIbanStart(bytes, here, at)) return true;
    } else if (digits > 0 && (!isInNumber(code) || ++gap > LONGEST_GAP)) {
      digits = 0;
    }
    if (code === AT_SIGN && !isMaskedHost(bytes, here + 1, stop)) return true;
    if ((code === BACKSLASH || code === PERCENT) && here + 1 < stop && isEscape(code, bytes[here + 1] as number))
      return true;
  }
  return word !== NO_WORD && pairs.has(previous, word);
}

function codePointAt(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  const second = (bytes[at + 1] as number) & 0x3f;
  if (first < THREE_BYTES) return ((first & 0x1f) << 6) | second;
  const third = (bytes[at + 2] as number) & 0x3f;
  if (first < FOUR_BYTES) return ((first & 0x0f) << 12) | (second << 6) | third;
  return ((first & 0x07) << 18) | (second << 12) | (third << 6) | ((bytes[at + 3] as number) & 0x3f);
}

/** A part of a number beside its digits. */
function isInNumber(code: number): boolean {
  return code === SPACE || code === OPEN || code === CLOSE || code === DOT || code === HYPHEN;
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

/** What `unescapedText` may replace. */
function isEscape(code: number, next: number): boolean {
  return code === PERCENT ? next >= 0x32 && next <= 0x37 : 'unrtbf'.includes(String.fromCharCode(next | 0x20));
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}
