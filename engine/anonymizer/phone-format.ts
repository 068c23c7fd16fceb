import { isDigit } from './byte-text.js';
import { writeOtherFormat } from './format.js';
import type { MaskTools } from './generator.js';
import { phoneNumbers } from './phone-numbers.js';

const LONGEST_CODE = 3;
/** Fewer leave too little that could be another. */
const FEWEST_DIGITS = 4;
/** A walk ends where it began, if nowhere before; not so that of a token, which stands for what is beyond ASCII. */
const MOST_WALKS = 1_000;
const DIGIT_0 = 0x30;
const PLUS = 0x2b;

/**
 * Writes another number of the same country, grouped as it was: `+213`, `00213` or the 0 of a national number stays, and the digit behind it, which tells
 * mobile from fixed. Injective: a number without such a beginning is permuted until the result has none either. Returns where it ends.
 */
export function writeOtherPhone(
  from: Buffer,
  at: number,
  stop: number,
  into: Buffer,
  to: number,
  tools: Pick<MaskTools, 'hash' | 'maxLength'>,
): number {
  const kept = keptBytes(from, at, stop);
  for (let index = 0; index < kept; index++) into[to + index] = from[at + index] as number;
  const room = { ...tools, maxLength: (tools.maxLength ?? Infinity) - kept };
  let end = writeOtherFormat(from, at + kept, stop, into, to + kept, room);
  for (let walk = 0; kept === 0 && keptBytes(into, to, end) > 0 && walk < MOST_WALKS; walk++)
    end = writeOtherFormat(into, to, end, into, to, room);
  return end;
}

/** How many bytes at the beginning say where the number belongs; 0 when none do. */
function keptBytes(bytes: Buffer, at: number, stop: number): number {
  const end = prefixEnd(bytes, at, stop);
  if (end === undefined) return 0;
  let digits = 0;
  for (let index = end; index < stop; index++) if (isDigit(bytes[index])) digits++;
  return digits < FEWEST_DIGITS ? 0 : end - at;
}

function prefixEnd(bytes: Buffer, at: number, stop: number): number | undefined {
  if (bytes[at] === PLUS) return digitBehind(bytes, codeEnd(bytes, at + 1, stop), stop);
  if (bytes[at] !== DIGIT_0) return undefined;
  if (bytes[at + 1] === DIGIT_0) return digitBehind(bytes, codeEnd(bytes, at + 2, stop), stop);
  return digitBehind(bytes, at + 1, stop);
}

/** Behind a calling code, or undefined. */
function codeEnd(bytes: Buffer, at: number, stop: number): number | undefined {
  let code = '';
  for (let index = at; index < stop && code.length < LONGEST_CODE && isDigit(bytes[index]); index++) {
    code += String.fromCharCode(bytes[index] as number);
    if (callingCodes().has(code)) return index + 1;
  }
  return undefined;
}

/** Behind the next digit, whatever separates it. */
function digitBehind(bytes: Buffer, at: number | undefined, stop: number): number | undefined {
  if (at === undefined) return undefined;
  for (let index = at; index < stop; index++) if (isDigit(bytes[index])) return index + 1;
  return undefined;
}

let known: ReadonlySet<string> | undefined;

/** No code begins another (ITU-T E.164). */
function callingCodes(): ReadonlySet<string> {
  if (known) return known;
  const { getCountries, getCountryCallingCode } = phoneNumbers();
  known = new Set(getCountries().map((country) => getCountryCallingCode(country)));
  return known;
}
