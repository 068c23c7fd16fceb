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

/** Another number with as many digits, sign and scale, in the range of its type. Injective. `NaN` and `Infinity` stay. */
export function permuteNumber(hash: SipHash, value: string, type: string): string {
  const parts = /^(-?)(\d+)(\.\d+)?$/.exec(value);
  if (!parts) return value;
  const [, sign = '', whole = '', fraction = ''] = parts;
  const digits = whole + fraction.slice(1);
  const highest = sign ? LOWEST[type] : HIGHEST[type];
  const leadsWithZero = digits.length > 1 && digits.startsWith('0');
  // Minus zero is zero, which another value may become. Only the first 30 digits are judged.
  const needsDigit = sign !== '' && HAS_DIGIT.test(digits.slice(0, 30));
  const permuted = permuteDigits(hash, digits, {
    tweak: fraction.length,
    accept: (result) =>
      (digits.length === 1 || result.startsWith('0') === leadsWithZero) &&
      (!needsDigit || HAS_DIGIT.test(result)) &&
      !(highest && result.length === highest.length && result > highest),
  });
  return sign + permuted.slice(0, whole.length) + (fraction && `.${permuted.slice(whole.length)}`);
}
