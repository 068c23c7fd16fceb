import { permuteDigits, permuteLetters } from './permutation.js';
import type { SipHash } from './sip-hash.js';
import { token } from './token.js';

/**
 * Other digits and letters in the same places: length, separators, letter case and the script of digits stay. Injective, and never its input
 * when there is a digit or a letter.
 * Letters beyond a to z cannot be permuted within their alphabet, so a value with one becomes a token.
 */
export function permuteFormat(hash: SipHash, value: string, maxLength = Infinity): string {
  let digits = '';
  let letters = '';
  let skeleton = '';
  for (const character of value) {
    const code = character.charCodeAt(0);
    const digit = digitOf(code);
    if (digit >= 0) {
      digits += digit;
      skeleton += String.fromCharCode(code - digit);
    } else if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)) {
      letters += character.toLowerCase();
      skeleton += code < 0x61 ? 'A' : 'a';
    } else if (code > 0x7f && /[\p{L}\p{N}]/u.test(character)) {
      return token(hash, value).slice(0, maxLength);
    } else {
      skeleton += character;
    }
  }
  const digitTweak = letters.length === 0 && digits.length === value.length ? 0 : hash.text(skeleton).low;
  const newDigits = permuteDigits(hash, digits, { tweak: digitTweak });
  if (letters === '') return fill(skeleton, newDigits, '');
  const letterTweak = hash.text(`${skeleton}/${newDigits}`).low;
  const newLetters = permuteLetters(hash, letters, { tweak: letterTweak });
  return fill(skeleton, newDigits, newLetters);
}

/** The value of a character code that is a decimal digit, ASCII, Arabic-Indic or extended Arabic-Indic; -1 otherwise. */
export function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x660 && code <= 0x669) return code - 0x660;
  if (code >= 0x6f0 && code <= 0x6f9) return code - 0x6f0;
  return -1;
}

function fill(skeleton: string, digits: string, letters: string): string {
  let digitAt = 0;
  let letterAt = 0;
  let result = '';
  for (const place of skeleton) {
    if (digitOf(place.charCodeAt(0)) === 0)
      result += String.fromCharCode(place.charCodeAt(0) + Number(digits[digitAt++]));
    else if (place === 'a') result += letters[letterAt++];
    else if (place === 'A') result += letters[letterAt++]?.toUpperCase();
    else result += place;
  }
  return result;
}
