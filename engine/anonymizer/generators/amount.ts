import { readString, writeString } from '../byte-text.js';
import { defineGenerator, NUMBER_TYPES, TEXT_TYPES } from '../generator.js';
import { HIGHEST } from '../number.js';
import { mask } from './mask.js';

const PARTS = /^(\D*)(\d[\d.,'\s]*?)(\D*|e([+-]\d+))$/;
/** A sign, a currency before or behind, groups of digits. */
const TEXT_NUMBER = /^[-+]?\s?\p{Sc}?\s?[-+]?\d[\d.,'\s]{0,40}?(?:e[+-]\d{1,3}|\s?(?:\p{Sc}|[A-Z]{3}|%))?$/u;
const LONGEST = 64;
/** Powers of ten above which a float may not grow. */
const LARGEST_EXPONENT = 36;

/**
 * Each value is multiplied by a keyed factor of 0.8 to 1.2, cut where it would win or lose a digit. The smallest numbers (1, 2, 0.01) have no
 * neighbour that near, and stay.
 */
export const amount = defineGenerator({
  name: 'amount',
  family: 'amount',
  types: [...TEXT_TYPES, ...NUMBER_TYPES, 'float4', 'float8', 'money'],
  injective: false,
  uniqueLength: Infinity,
  describe: 'up to 20 % more or less with the same sign, digits and decimals; text that is no number is masked',
  maskBytes(from, at, stop, into, to, tools) {
    const isText = TEXT_TYPES.includes(tools.type);
    const value = isText && stop - at > LONGEST ? '' : readString(from, at, stop);
    if (isText && !TEXT_NUMBER.test(value)) return mask.maskBytes(from, at, stop, into, to, tools);
    const [, sign = '', number, rest = '', exponent = '0'] = PARTS.exec(value) ?? [];
    if (number === undefined) return writeString(value, into, to);
    const hash = tools.hash.text(value);
    const random = (BigInt(hash.high) << 32n) | BigInt(hash.low);
    const digits = number.replace(/\D/g, '');
    const highest = Number(exponent) > LARGEST_EXPONENT ? BigInt(digits) : HIGHEST[tools.type];
    const other = otherDigits(digits, random, highest);
    let next = 0;
    return writeString(sign + number.replace(/\d/g, () => other.charAt(next++)) + rest, into, to);
  },
});

/** As many significant digits, never the same where another is near enough. */
function otherDigits(digits: string, random: bigint, highest: string | bigint | undefined): string {
  const value = BigInt(digits);
  if (value === 0n) return digits;
  const power = 10n ** BigInt(String(value).length);
  const low = most((4n * value + 4n) / 5n, power / 10n);
  const limit = least((6n * value) / 5n, power - 1n);
  const high = highest === undefined ? limit : least(limit, BigInt(highest));
  const chosen = low + ((random * (high - low)) >> 64n);
  const other = high > low && chosen >= value ? chosen + 1n : chosen;
  return String(other).padStart(digits.length, '0');
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function most(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
