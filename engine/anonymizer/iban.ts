import { isDigit } from './byte-text.js';

/** An IBAN in upper or lower case, grouped by single spaces or not, whose check digits (ISO 7064, mod 97-10) are right. */
export function isIban(bytes: Buffer, at: number, stop: number): boolean {
  if (stop - at < 15 || !isLetter(bytes[at]) || !isLetter(bytes[at + 1])) return false;
  if (!isDigit(bytes[at + 2]) || !isDigit(bytes[at + 3])) return false;
  let characters = 0;
  for (let index = at + 4; index < stop; index++, characters++) {
    if (bytes[index] === SPACE) index++;
    if (index >= stop || !(isLetter(bytes[index]) || isDigit(bytes[index]))) return false;
  }
  if (characters < 11 || characters > 30) return false;
  return remainder(bytes, at, at + 4, remainder(bytes, at + 4, stop)) === 1;
}

/** The check digits of an IBAN whose country (two letters) is at `at`, and its account (spaces stay) behind the room for them. */
export function writeIbanCheck(bytes: Buffer, at: number, stop: number): void {
  const rest = remainder(bytes, at, at + 2, remainder(bytes, at + 4, stop));
  const check = 98 - ((rest * 100) % 97);
  bytes[at + 2] = DIGIT_0 + Math.floor(check / 10);
  bytes[at + 3] = DIGIT_0 + (check % 10);
}

/** The number that digits and letters (a is 10, z is 35) stand for behind the ones before, modulo 97. */
function remainder(bytes: Buffer, at: number, stop: number, before = 0): number {
  let rest = before;
  for (let index = at; index < stop; index++) {
    const code = bytes[index] as number;
    if (code <= SPACE) continue;
    // The low five bits of a letter are its place in the alphabet, upper or lower case.
    if (code >= LETTER_A) rest = (rest * 100 + (code & 31) + 9) % 97;
    else rest = (rest * 10 + code - DIGIT_0) % 97;
  }
  return rest;
}

function isLetter(byte = 0): boolean {
  const lower = byte | SPACE;
  return lower >= LETTER_A + SPACE && lower <= 0x7a;
}

const SPACE = 0x20;
const DIGIT_0 = 0x30;
const LETTER_A = 0x41;
