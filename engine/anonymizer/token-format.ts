import { LAST_ASCII } from './byte-text.js';
import { type Alphabet, permuteSymbols } from './permutation.js';
import type { SipHash } from './sip-hash.js';
import { writeToken } from './token.js';

const LOWER_HEX = symbolsOf('0123456789abcdef');
const UPPER_HEX = symbolsOf('0123456789ABCDEF');
const LETTERS_AND_DIGITS = symbolsOf('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
/** Narrow ones first. */
const ALPHABETS = [LOWER_HEX, UPPER_HEX, LETTERS_AND_DIGITS];

/**
 * Permutes letters and digits within the narrowest alphabet that has them all; other signs stay in their places. A result that fits a narrower one, where
 * it could be another value's, is walked past: the way ends in the alphabet that it began in. What is beyond ASCII becomes a token of envclone's own.
 * Returns where it ends.
 */
export function writeOtherToken(
  from: Buffer,
  at: number,
  stop: number,
  into: Buffer,
  to: number,
  { hash, maxLength = Infinity }: { hash: SipHash; maxLength?: number },
): number {
  const alphabet = alphabetOf(from, at, stop);
  const { codes, places } = alphabet;
  const found = new Uint8Array(stop - at);
  let count = 0;
  for (let index = at; index < stop; index++) {
    const byte = from[index] as number;
    if (byte > LAST_ASCII) return Math.min(writeToken(hash.range(from, at, stop), into, to), to + maxLength);
    const place = places[byte] as number;
    into[to + index - at] = place < 0 ? byte : ANY;
    if (place >= 0) found[count++] = place;
  }
  const end = to + stop - at;
  const tweak = hash.range(into, to, end).low ^ alphabet.radix;
  do permuteSymbols(hash, found, count, alphabet, { tweak });
  while (fitsNarrower(alphabet, found, count));
  count = 0;
  for (let index = to; index < end; index++) {
    if (into[index] === ANY) into[index] = codes[found[count++] as number] as number;
  }
  return end;
}

/** Stands for a letter or a digit while the rest is hashed. */
const ANY = 0x61;

interface Symbols extends Alphabet {
  codes: Buffer;
  /** By character code; -1 for others. */
  places: Int8Array;
}

function symbolsOf(characters: string): Symbols {
  const codes = Buffer.from(characters);
  const places = Int8Array.from({ length: LAST_ASCII + 1 }, (_, code) => codes.indexOf(code));
  return { codes, places, radix: codes.length, zero: codes[0] as number };
}

/** Whether an alphabet before this one has all symbols. */
function fitsNarrower(alphabet: Symbols, found: Uint8Array, count: number): boolean {
  for (const narrower of ALPHABETS) {
    if (narrower === alphabet) return false;
    let index = 0;
    while (index < count && (narrower.places[alphabet.codes[found[index] as number] as number] as number) >= 0) index++;
    if (index === count) return true;
  }
  return false;
}

function alphabetOf(from: Buffer, at: number, stop: number): Symbols {
  const fits = ({ places }: Symbols) => {
    for (let index = at; index < stop; index++) {
      const byte = from[index] as number;
      if ((LETTERS_AND_DIGITS.places[byte] ?? -1) >= 0 && (places[byte] as number) < 0) return false;
    }
    return true;
  };
  return ALPHABETS.find(fits) ?? LETTERS_AND_DIGITS;
}
