/** An IBAN in upper or lower case, grouped by single spaces or not, whose check digits (ISO 7064, mod 97-10) are right. */
export function isIban(value: string): boolean {
  return (
    /^[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]){11,30}$/.test(value) && remainder(value.slice(4) + value.slice(0, 4)) === 1
  );
}

/** The IBAN of a country (two letters) and an account (what follows the check digits; spaces stay). */
export function withIbanCheck(country: string, account: string): string {
  const check = 98 - remainder(`${account}${country}00`);
  return country + String(check).padStart(2, '0') + account;
}

/** The number that digits and letters (a is 10, z is 35) stand for, modulo 97. */
function remainder(symbols: string): number {
  let rest = 0;
  for (let at = 0; at < symbols.length; at++) {
    const code = symbols.charCodeAt(at);
    if (code <= SPACE) continue;
    // The low five bits of a letter are its place in the alphabet, upper or lower case.
    if (code >= LETTER_A) rest = (rest * 100 + (code & 31) + 9) % 97;
    else rest = (rest * 10 + code - DIGIT_0) % 97;
  }
  return rest;
}

const SPACE = 0x20;
const DIGIT_0 = 0x30;
const LETTER_A = 0x41;
