const FEWEST_DIGITS = 12;
const MOST_DIGITS = 19;
const SPACE = 0x20;
const HYPHEN = 0x2d;
const DIGIT_0 = 0x30;

/** A card number: 12 to 19 digits, grouped by single spaces or hyphens or not, the last of which is the check digit of the others. */
export function isCard(bytes: Buffer, at: number, stop: number): boolean {
  return looksLikeCard(bytes, at, stop) && luhnSum(bytes, at, stop) % 10 === 0;
}

/** Makes the last digit the check digit of the others. */
export function writeCardCheck(bytes: Buffer, at: number, stop: number): void {
  bytes[stop - 1] = DIGIT_0;
  bytes[stop - 1] = DIGIT_0 + ((10 - (luhnSum(bytes, at, stop) % 10)) % 10);
}

function looksLikeCard(bytes: Buffer, at: number, stop: number): boolean {
  let digits = 0;
  let isBetween = false;
  for (let index = at; index < stop; index++) {
    const byte = bytes[index] as number;
    const isDigit = byte >= DIGIT_0 && byte <= DIGIT_0 + 9;
    if (!isDigit && !(isBetween && (byte === SPACE || byte === HYPHEN))) return false;
    if (isDigit) digits++;
    isBetween = isDigit;
  }
  return isBetween && digits >= FEWEST_DIGITS && digits <= MOST_DIGITS;
}

/** From the right, every second digit counts twice (ISO/IEC 7812-1). */
function luhnSum(bytes: Buffer, at: number, stop: number): number {
  let sum = 0;
  let isDoubled = false;
  for (let index = stop - 1; index >= at; index--) {
    const digit = (bytes[index] as number) - DIGIT_0;
    if (digit < 0) continue;
    const counted = isDoubled ? 2 * digit : digit;
    sum += counted > 9 ? counted - 9 : counted;
    isDoubled = !isDoubled;
  }
  return sum;
}
