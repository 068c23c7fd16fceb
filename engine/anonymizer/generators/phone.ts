import { isDigit, readString, writeBytes, writeDigits, writeString } from '../byte-text.js';
import { digitAt, writeOtherFormat } from '../format.js';
import { defineGenerator, type MaskTools, NUMBER_TYPES, TEXT_TYPES } from '../generator.js';
import { permuteNumber } from '../number.js';
import { DIGIT_SYMBOLS, permuteInteger, permuteSymbols } from '../permutation.js';
import { writeOtherPhone } from '../phone-format.js';
import type { SipHash } from '../sip-hash.js';

const SUBSCRIBER_DIGITS = 8;
/** Fewer digits than this are not a number that could be told from others. */
const FEWEST_DIGITS = 4;
const PREFIX_DIGITS = 5;
/** Behind its zero: `05########`. */
const LOWEST = 500_000_000;
const HASHED_DIGITS = 6;
const LONGEST = 2 + SUBSCRIBER_DIGITS + HASHED_DIGITS;
const DIGIT_0 = 0x30;
const NUMBER_SIGN = 0x23;
const SLASH = 0x2f;

/**
 * `05########`, the last eight digits permuted: two numbers of one operator never meet.
 *
 * No function of ten digits keeps all the world's numbers apart. In unique columns, what precedes the last eight digits or stands between them
 * (06…, +213…, spaces) therefore follows as one to six more digits; a number written 05######## gets none. Where those do not fit, and with
 * `preserveFormat`, every digit is permuted in its place instead, which is injective and never longer than the value.
 */
export const phone = defineGenerator({
  name: 'phone',
  family: 'phone',
  types: [...TEXT_TYPES, ...NUMBER_TYPES],
  injective: true,
  uniqueLength: 1,
  describe: '`05` and eight digits',
  maskBytes(from, at, stop, into, to, tools) {
    const { hash, type, isUnique, preserveFormat, maxLength = Infinity } = tools;
    if (NUMBER_TYPES.includes(type)) return writeString(permuteNumber(hash, readString(from, at, stop)), into, to);
    if (preserveFormat) return writeOtherPhone(from, at, stop, into, to, tools);
    if (isUnique && maxLength < LONGEST) return writeOtherFormat(from, at, stop, into, to, tools);
    return Math.min(writeNumber(from, at, stop, into, to, tools), to + maxLength);
  },
});

function writeNumber(
  from: Buffer,
  at: number,
  stop: number,
  into: Buffer,
  to: number,
  { hash, isUnique }: MaskTools,
): number {
  let first = stop;
  let digits = 0;
  let subscriber = 0;
  for (let place = 1; first > at && digits < SUBSCRIBER_DIGITS; ) {
    const digit = digitAt(from, --first, stop);
    if (digit < 0) continue;
    subscriber += digit * place;
    place *= 10;
    digits++;
  }
  into[to] = DIGIT_0;
  if (digits < FEWEST_DIGITS) {
    into[to + 1] = DIGIT_0 + 5;
    const end = writeDigits(hash.range(from, at, stop).low % 10 ** SUBSCRIBER_DIGITS, SUBSCRIBER_DIGITS, into, to + 2);
    if (!isUnique) return end;
    const text = writeBytes(from, at, stop, into, end);
    into[text] = SLASH;
    return writeHashed(hash.range(into, end, text + 1), into, end);
  }
  const masked = LOWEST + permuteInteger(hash, subscriber, SUBSCRIBER_DIGITS);
  const end = writeDigits(masked, SUBSCRIBER_DIGITS + 1, into, to + 1);
  return isUnique ? distinguish(from, at, first, stop, into, end, hash) : end;
}

/** Writes what tells numbers with the same last eight digits apart: it stands for how the value looks with `#` in their places. */
function distinguish(
  from: Buffer,
  at: number,
  first: number,
  stop: number,
  into: Buffer,
  to: number,
  hash: SipHash,
): number {
  const isPlain = stop - first === SUBSCRIBER_DIGITS;
  let prefix = 0;
  while (prefix < first - at && prefix <= PREFIX_DIGITS && isDigit(from[at + prefix])) {
    SYMBOLS[prefix] = (from[at + prefix] as number) - DIGIT_0;
    prefix++;
  }
  if (isPlain && prefix === first - at) {
    if (prefix === 2 && SYMBOLS[0] === 0 && SYMBOLS[1] === 5) return to;
    if (prefix > 0 && prefix <= PREFIX_DIGITS) {
      permuteSymbols(hash, SYMBOLS, prefix, DIGIT_SYMBOLS, { tweak: 1 });
      for (let index = 0; index < prefix; index++) into[to + index] = DIGIT_0 + (SYMBOLS[index] as number);
      return to + prefix;
    }
  }
  let end = writeBytes(from, at, first, into, to);
  for (let index = first; index < stop; index++) {
    const isDigitThere = digitAt(from, index, stop) >= 0;
    if (isDigitThere && !isDigit(from[index])) into[end++] = from[index++] as number; // which script it is of
    into[end++] = isDigitThere ? NUMBER_SIGN : (from[index] as number);
  }
  return writeHashed(hash.range(into, to, end), into, to);
}

const SYMBOLS = new Uint8Array(PREFIX_DIGITS + 1);

function writeHashed({ low }: SipHash, into: Buffer, to: number): number {
  return writeDigits(low % 10 ** HASHED_DIGITS, HASHED_DIGITS, into, to);
}
