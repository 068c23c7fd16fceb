import { cutAt, isSame, readString, trimEnd, writeString } from '../byte-text.js';
import { type Dictionary, dictionaryOf, entryAt, writeEntry } from '../dictionaries.js';
import { defineGenerator, type MaskTools, TEXT_TYPES } from '../generator.js';
import { createRandom, type Random, scale32 } from '../random.js';
import { SHORTEST_TOKEN, writeWithToken } from '../token.js';

const HIGHEST_NUMBER = 198;

export const address = defineGenerator({
  name: 'address',
  family: 'address',
  types: TEXT_TYPES,
  injective: false,
  uniqueLength: SHORTEST_TOKEN,
  describe: 'a number and a street, French or Arabic',
  maskBytes(from, at, stop, into, to, tools) {
    const { hash, isUnique, preserveFormat } = tools;
    const { high, low } = hash.range(from, at, stop);
    const dictionary = dictionaryOf(from, at, stop);
    const original = preserveFormat ? readString(from, at, stop) : undefined;
    const number = 1 + scale32(low, HIGHEST_NUMBER);
    let end = writeAddress(into, to, { original, dictionary, number, choice: high }, tools);
    for (let next = 1; next < 4 && isSame(from, at, stop, into, to, end); next++) {
      const choice = (high ^ (next << 29)) >>> 0;
      end = writeAddress(into, to, { original, dictionary, number: number + 1, choice }, tools);
    }
    return isUnique ? writeWithToken(hash, into, to, end, tools) : end;
  },
});

interface Address extends Choices {
  /** Its form is kept. */
  original: string | undefined;
  dictionary: Dictionary;
}

function writeAddress(into: Buffer, to: number, address: Address, { maxLength }: MaskTools): number {
  const { original, dictionary, number, choice } = address;
  const end =
    original === undefined
      ? writeStreet(dictionary, number, choice, into, to)
      : writeString(partsLike(original, dictionary, { number, choice }), into, to);
  const cut = maxLength === undefined ? end : cutAt(into, to, end, maxLength);
  return cut < end ? trimEnd(into, to, cut) : end;
}

function writeStreet({ streets }: Dictionary, number: number, choice: number, into: Buffer, to: number): number {
  const space = writeNumber(number, into, to);
  into[space] = 0x20;
  return writeEntry(streets, choice, into, space + 1);
}

/** Up to three digits. */
function writeNumber(number: number, into: Buffer, to: number): number {
  let end = to;
  if (number > 99) into[end++] = 0x30 + Math.floor(number / 100);
  if (number > 9) into[end++] = 0x30 + (Math.floor(number / 10) % 10);
  into[end++] = 0x30 + (number % 10);
  return end;
}

interface Choices {
  number: number;
  /** 32 bits. */
  choice: number;
}

/**
 * As many lines and parts between commas as there were. The first part that is no postal code and city is the street, with a number where it had one;
 * in the others every number becomes another of as many digits, and the words between become a name.
 */
function partsLike(original: string, dictionary: Dictionary, { number, choice }: Choices): string {
  const random = createRandom({ high: choice, low: number });
  const parts = original.split(/(\s*[\n,;،]\s*)/u);
  const isTown = (part: string) => /^\s*\p{Nd}{4,6}\s/u.test(part);
  const street = parts.findIndex((part, at) => at % 2 === 0 && /\p{L}/u.test(part) && !isTown(part));
  return parts
    .map((part, at) => {
      if (at % 2 === 1) return part;
      return at === street ? streetLike(part, dictionary, { number, choice }) : othersLike(part, dictionary, random);
    })
    .join('');
}

function streetLike(part: string, { streets }: Dictionary, { number, choice }: Choices): string {
  const street = entryAt(streets, choice);
  return /\p{Nd}/u.test(part) ? `${number} ${street}` : street;
}

function othersLike(part: string, { lastNames }: Dictionary, random: Random): string {
  return part
    .replace(/\p{Nd}/gu, (digit) => String.fromCodePoint(zeroOf(digit) + scale32(random(), 10)))
    .replace(/\p{L}[\p{L}\p{M}'’. -]*(?<=[\p{L}\p{M}])/gu, () => entryAt(lastNames, random()));
}

/** The zero of the digit's script: ASCII's, or one of the Arabic ones (U+0660, U+06F0). */
function zeroOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  return [0x6f0, 0x660].find((zero) => code >= zero && code <= zero + 9) ?? 0x30;
}
