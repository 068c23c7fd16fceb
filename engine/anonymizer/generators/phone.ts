import { digitOf, permuteFormat } from '../format.js';
import { defineGenerator, type MaskTools, NUMBER_TYPES, TEXT_TYPES } from '../generator.js';
import { permuteNumber } from '../number.js';
import { permuteDigits, permuteInteger } from '../permutation.js';
import type { SipHash } from '../sip-hash.js';

const SUBSCRIBER_DIGITS = 8;
/** Fewer digits than this are not a number that could be told from others. */
const FEWEST_DIGITS = 4;
const PREFIX_DIGITS = 5;
/** Behind its zero: `05########`. */
const LOWEST = 500_000_000;
const HASHED_DIGITS = 6;
const LONGEST = 2 + SUBSCRIBER_DIGITS + HASHED_DIGITS;

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
  mask(value, tools) {
    if (NUMBER_TYPES.includes(tools.type)) return permuteNumber(tools.hash, value, tools.type);
    const maxLength = tools.maxLength ?? Infinity;
    if (tools.preserveFormat || (tools.isUnique && maxLength < LONGEST))
      return permuteFormat(tools.hash, value, maxLength);
    return maskNumber(value, tools).slice(0, maxLength);
  },
});

function maskNumber(value: string, { hash, isUnique }: MaskTools): string {
  const { subscriber, digits, skeleton } = splitNumber(value);
  if (digits < FEWEST_DIGITS)
    return `05${hashDigits(hash, value, SUBSCRIBER_DIGITS)}${isUnique ? hashDigits(hash, `${value}/`, HASHED_DIGITS) : ''}`;
  const masked = `0${LOWEST + permuteInteger(hash, subscriber, SUBSCRIBER_DIGITS)}`;
  return isUnique ? masked + distinguish(hash, skeleton()) : masked;
}

/** The last eight digits, and how the value looks with `#` in their places. */
function splitNumber(value: string): { subscriber: number; digits: number; skeleton: () => string } {
  let first = value.length;
  let digits = 0;
  let subscriber = 0;
  for (let place = 1; first > 0 && digits < SUBSCRIBER_DIGITS; ) {
    const digit = digitOf(value.charCodeAt(--first));
    if (digit < 0) continue;
    subscriber += digit * place;
    place *= 10;
    digits++;
  }
  const skeleton = () => {
    let text = value.slice(0, first);
    for (let at = first; at < value.length; at++) text += digitOf(value.charCodeAt(at)) < 0 ? value.charAt(at) : '#';
    return text;
  };
  return { subscriber, digits, skeleton };
}

function distinguish(hash: SipHash, skeleton: string): string {
  if (skeleton === '05########') return '';
  const prefix = skeleton.length <= PREFIX_DIGITS + SUBSCRIBER_DIGITS && /^(\d+)########$/.exec(skeleton)?.[1];
  return prefix ? permuteDigits(hash, prefix, { tweak: 1 }) : hashDigits(hash, skeleton, HASHED_DIGITS);
}

function hashDigits(hash: SipHash, text: string, count: number): string {
  return String(hash.text(text).low % 10 ** count).padStart(count, '0');
}
