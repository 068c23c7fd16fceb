import { characterBytes, LAST_ASCII, readString, writeBytes } from './byte-text.js';
import { DIGIT_SYMBOLS, LETTER_SYMBOLS, permuteSymbols } from './permutation.js';
import type { SipHash } from './sip-hash.js';
import { TOKEN_LENGTH, writeToken } from './token.js';

const DIGIT_0 = 0x30;
const UPPER_A = 0x41;
const LOWER_A = 0x61;
const SLASH = 0x2f;
/** First bytes of the Arabic-Indic digits (U+0660–0669) and the extended ones (U+06F0–06F9), and what follows for their zeros. */
const ARABIC = 0xd9;
const ARABIC_0 = 0xa0;
const EXTENDED = 0xdb;
const EXTENDED_0 = 0xb0;

/** Of the value under way; longer ones get arrays of their own. */
let digits = new Uint8Array(256);
let letters = new Uint8Array(256);

/**
 * Writes other digits and letters in the same places: length, separators, letter case and the script of digits stay. Injective, and never its
 * input when there is a digit or a letter. Returns where it ends.
 * Letters beyond a to z cannot be permuted within their alphabet, so a value with one becomes a token.
 */
export function writeOtherFormat(
  from: Buffer,
  at: number,
  stop: number,
  into: Buffer,
  to: number,
  { hash, maxLength = Infinity }: { hash: SipHash; maxLength?: number },
): number {
  if (stop - at > digits.length) [digits, letters] = [new Uint8Array(2 * (stop - at)), new Uint8Array(2 * (stop - at))];
  let digitCount = 0;
  let letterCount = 0;
  let end = to; // of the value with every digit as 0 and every letter as a
  let hasOther = false;
  for (let index = at; index < stop; ) {
    const byte = from[index] as number;
    const digit = digitAt(from, index, stop);
    const lower = byte | 0x20;
    if (digit >= 0) {
      const isAscii = byte <= LAST_ASCII;
      digits[digitCount++] = digit;
      into[end++] = isAscii ? DIGIT_0 : byte;
      if (!isAscii) into[end++] = byte === ARABIC ? ARABIC_0 : EXTENDED_0;
      index += isAscii ? 1 : 2;
    } else if (lower >= LOWER_A && lower < LOWER_A + 26) {
      letters[letterCount++] = lower - LOWER_A;
      into[end++] = byte === lower ? LOWER_A : UPPER_A;
      index++;
    } else {
      const next = index + characterBytes(byte);
      if (byte > LAST_ASCII && /[\p{L}\p{N}]/u.test(readString(from, index, next))) {
        return Math.min(writeToken(hash.range(from, at, stop), into, to), to + Math.min(maxLength, TOKEN_LENGTH));
      }
      end = writeBytes(from, index, next, into, end);
      hasOther = true;
      index = next;
    }
  }
  const digitTweak = letterCount === 0 && !hasOther ? 0 : hash.range(into, to, end).low;
  permuteSymbols(hash, digits, digitCount, DIGIT_SYMBOLS, { tweak: digitTweak });
  if (letterCount > 0) {
    into[end] = SLASH;
    for (let index = 0; index < digitCount; index++) into[end + 1 + index] = DIGIT_0 + (digits[index] as number);
    const letterTweak = hash.range(into, to, end + 1 + digitCount).low;
    permuteSymbols(hash, letters, letterCount, LETTER_SYMBOLS, { tweak: letterTweak });
  }
  fill(into, to, end);
  return end;
}

/** Puts the permuted digits and letters into their places. */
function fill(into: Buffer, to: number, end: number): void {
  let digit = 0;
  let letter = 0;
  for (let index = to; index < end; index++) {
    const byte = into[index] as number;
    if (byte === LOWER_A || byte === UPPER_A) into[index] = byte + (letters[letter++] as number);
    else if (digitAt(into, index, end) === 0) {
      if (byte > LAST_ASCII) index++;
      into[index] = (into[index] as number) + (digits[digit++] as number);
    }
  }
}

/** The value of the decimal digit that begins there, ASCII, Arabic-Indic or extended Arabic-Indic; -1 when none does. */
export function digitAt(bytes: Buffer, at: number, stop: number): number {
  const byte = bytes[at] as number;
  if (byte <= LAST_ASCII) return asDigit(byte - DIGIT_0);
  if (at + 1 >= stop) return -1;
  if (byte === ARABIC) return asDigit((bytes[at + 1] as number) - ARABIC_0);
  return byte === EXTENDED ? asDigit((bytes[at + 1] as number) - EXTENDED_0) : -1;
}

function asDigit(value: number): number {
  return value >= 0 && value <= 9 ? value : -1;
}
