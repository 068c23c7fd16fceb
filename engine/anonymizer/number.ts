import { permuteDigits } from './permutation.js';
import type { SipHash } from './sip-hash.js';

/** Of the types that have one; money counts cents. */
export const HIGHEST: Record<string, string> = {
  int2: '32767',
  int4: '2147483647',
  int8: '9223372036854775807',
  money: '9223372036854775807',
};

/** Without their sign: one more than the highest. */
const LOWEST: Record<string, string> = Object.fromEntries(
  Object.entries(HIGHEST).map(([type, highest]) => [type, String(BigInt(highest) + 1n)]),
);

const HAS_DIGIT = /[1-9]/;

/** Narrow ones first. */
const WHOLE_TYPES = ['int2', 'int4', 'int8'];

/**
 * Another number with as many digits, sign and scale. Injective. `NaN` and `Infinity` stay. A whole number stays in the range of the narrowest type that
 * it fits, whatever its column's: both ends of a foreign key can be of different widths.
 */
export function permuteNumber(hash: SipHash, value: string): string {
  const parts = /^(-?)(\d+)(\.\d+)?$/.exec(value);
  if (!parts) return value;
  const [, sign = '', whole = '', fraction = ''] = parts;
  const digits = whole + fraction.slice(1);
  const limits = sign ? LOWEST : HIGHEST;
  const narrowest = (result: string) =>
    fraction ? undefined : WHOLE_TYPES.find((type) => isAtMost(result, limits[type] ?? ''));
  const range = narrowest(digits);
  const leadsWithZero = digits.length > 1 && digits.startsWith('0');
  // Minus zero is zero, which another value may become. Only the first 30 digits are judged.
  const needsDigit = sign !== '' && HAS_DIGIT.test(digits.slice(0, 30));
  const permuted = permuteDigits(hash, digits, {
    tweak: fraction.length,
    accept: (result) =>
      (digits.length === 1 || result.startsWith('0') === leadsWithZero) &&
      (!needsDigit || HAS_DIGIT.test(result)) &&
      narrowest(result) === range,
  });
  return sign + permuted.slice(0, whole.length) + (fraction && `.${permuted.slice(whole.length)}`);
}

/** Of whole numbers without a sign or leading zeros. */
function isAtMost(digits: string, limit: string): boolean {
  return digits.length === limit.length ? digits <= limit : digits.length < limit.length;
}
