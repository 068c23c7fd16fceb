import { permuteDigits, permuteLetters } from './permutation.js';
import type { SipHash } from './sip-hash.js';
import { token } from './token.js';

/**
 * Other digits and letters in the same places: length, separators, letter case and the script of digits stay. Injective, and never its input
 * when there is a digit or a letter.
 * Letters beyond a to z cannot be permuted within their alphabet, so a value with one becomes a token.
 */
export function permuteFormat(hash: SipHash, value: string, maxLength = Infinity): string {
  const digits: string[] = [];
  const letters: string[] = [];
  let skeleton = '';
  for (const character of value) {
    const digit = digitOf(character);
    if (digit >= 0) {
      digits.push(String(digit));
      skeleton += String.fromCharCode(character.charCodeAt(0) - digit);
    } else if (/[a-z]/i.test(character)) {
      letters.push(character.toLowerCase());
      skeleton += character < 'a' ? 'A' : 'a';
    } else if (/[\p{L}\p{N}]/u.test(character)) {
      return token(hash, value).slice(0, maxLength);
    } else {
      skeleton += character;
    }
  }
  const digitTweak = letters.length === 0 && digits.length === value.length ? 0 : hash.text(skeleton).low;
  const newDigits = permuteDigits(hash, digits.join(''), { tweak: digitTweak });
  const letterTweak = hash.text(`${skeleton}/${newDigits}`).low;
  const newLetters = permuteLetters(hash, letters.join(''), { tweak: letterTweak });
  return fill(skeleton, newDigits, newLetters);
}

/** The value of a decimal digit, ASCII, Arabic-Indic or extended Arabic-Indic; -1 otherwise. */
export function digitOf(character: string): number {
  const code = character.charCodeAt(0);
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
    if (digitOf(place) === 0) result += String.fromCharCode(place.charCodeAt(0) + Number(digits[digitAt++]));
    else if (place === 'a') result += letters[letterAt++];
    else if (place === 'A') result += letters[letterAt++]?.toUpperCase();
    else result += place;
  }
  return result;
}
