import { readString, writeString } from '../byte-text.js';
import { defineGenerator, type MaskTools, NUMBER_TYPES, TEXT_TYPES } from '../generator.js';
import { HIGHEST } from '../number.js';
import { scale32 } from '../random.js';
import type { SipHash } from '../sip-hash.js';
import { mask } from './mask.js';

const PARTS = /^(\D*)(\d[\d.,'\s]*?)(\D*|e([+-]\d+))$/;
/** A sign, a currency before or behind, groups of digits. */
const TEXT_NUMBER = /^[-+]?\s?\p{Sc}?\s?[-+]?\d[\d.,'\s]{0,40}?(?:e[+-]\d{1,3}|\s?(?:\p{Sc}|[A-Z]{3}|%))?$/u;
const LONGEST = 64;
/** Powers of ten above which a float may not grow. */
const LARGEST_EXPONENT = 36;

/**
 * Each value is multiplied by a keyed factor of 0.8 to 1.2, cut where it would win or lose a digit. The smallest numbers (1, 2, 0.01) have no
 * neighbour that near, and stay. With `relatedBy`, all that belong together become the same 90 to 98 or 102 to 110 hundredths of themselves: what was
 * equal stays equal, what added up still does, but for roundings. What would outgrow its type shrinks as much instead.
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
    const digits = number.replace(/\D/g, '');
    const group = tools.related?.() ?? undefined;
    const highest = Number(exponent) > LARGEST_EXPONENT ? digits : highestOf(tools, digits);
    const changed =
      group === undefined
        ? otherDigits(digits, tools.hash.text(value), highest)
        : inProportion(digits, scale32(tools.hash.text(group).low, 2 * STEPS), highest);
    const other = isText ? changed : inCurrency(changed, number, tools.currency?.());
    let next = other.length - digits.length; // digits that were won
    return writeString(
      sign + other.slice(0, next) + number.replace(/\d/g, () => other.charAt(next++)) + rest,
      into,
      to,
    );
  },
});

/** As many significant digits, never the same where another is near enough. */
function otherDigits(digits: string, hash: SipHash, highest: string | bigint | undefined): string {
  const value = BigInt(digits);
  if (value === 0n) return digits;
  const random = (BigInt(hash.high) << 32n) | BigInt(hash.low);
  const power = 10n ** BigInt(String(value).length);
  const low = most((4n * value + 4n) / 5n, power / 10n);
  const limit = least((6n * value) / 5n, power - 1n);
  const high = highest === undefined ? limit : least(limit, BigInt(highest));
  const chosen = low + ((random * (high - low)) >> 64n);
  const other = high > low && chosen >= value ? chosen + 1n : chosen;
  return String(other).padStart(digits.length, '0');
}

/** Of proportions below one, and of those above: 2 to 10 hundredths away. */
const STEPS = 9;
const LEAST = 2;

/** What a value's digits may become at most: of a short text, as many as there were. */
function highestOf({ precision, type, maxLength }: MaskTools, digits: string): string | bigint | undefined {
  if (precision !== undefined) return 10n ** BigInt(precision) - 1n;
  return TEXT_TYPES.includes(type) && maxLength !== undefined ? '9'.repeat(digits.length) : HIGHEST[type];
}

function inProportion(digits: string, step: number, highest: string | bigint | undefined): string {
  const change = step < STEPS ? step - STEPS + 1 - LEAST : step - STEPS + LEAST;
  const changed = hundredths(digits, 100 + change);
  const isTooHigh = highest !== undefined && BigInt(changed) > BigInt(highest);
  return isTooHigh ? hundredths(digits, 100 - change) : changed;
}

function hundredths(digits: string, share: number): string {
  return String((BigInt(digits) * BigInt(share) + 50n) / 100n).padStart(digits.length, '0');
}

/** Without more decimals than the currency has. */
function inCurrency(digits: string, number: string, currency: string | null | undefined): string {
  const decimals = currency ? decimalsOf(currency) : undefined;
  const surplus = decimals === undefined ? 0 : (number.split('.')[1] ?? '').length - decimals;
  return surplus > 0 ? digits.slice(0, -surplus) + '0'.repeat(surplus) : digits;
}

const knownDecimals = new Map<string, number | undefined>();

/** As CLDR has them: 2 for EUR and DZD, 0 for JPY, 3 for TND. */
function decimalsOf(currency: string): number | undefined {
  const code = currency.trim().toUpperCase();
  if (!/^[A-Z]{3}$/.test(code)) return undefined;
  if (!knownDecimals.has(code)) {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency: code });
    knownDecimals.set(code, format.resolvedOptions().maximumFractionDigits);
  }
  return knownDecimals.get(code);
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function most(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
