import { cutAt, isSame, trimEnd } from '../byte-text.js';
import { dictionaryOf, writeEntry } from '../dictionaries.js';
import { defineGenerator, TEXT_TYPES } from '../generator.js';
import { scale32 } from '../random.js';
import { SHORTEST_TOKEN, writeWithToken } from '../token.js';

const HIGHEST_NUMBER = 198;

export const address = defineGenerator({
  name: 'address',
  family: 'address',
  types: TEXT_TYPES,
  injective: false,
  uniqueLength: SHORTEST_TOKEN,
  describe: 'a number and a street, French or Arabic',
  maskBytes(from, at, stop, into, to, { hash, isUnique, maxLength }) {
    const { high, low } = hash.range(from, at, stop);
    const { streets } = dictionaryOf(from, at, stop);
    const write = (number: number) => {
      const space = writeNumber(number, into, to);
      into[space] = 0x20;
      const end = writeEntry(streets, high, into, space + 1);
      const cut = maxLength === undefined ? end : cutAt(into, to, end, maxLength);
      return cut < end ? trimEnd(into, to, cut) : end;
    };
    const number = 1 + scale32(low, HIGHEST_NUMBER);
    let end = write(number);
    if (isSame(from, at, stop, into, to, end)) end = write(number + 1);
    return isUnique ? writeWithToken(hash, into, to, end, { ...(maxLength !== undefined && { maxLength }) }) : end;
  },
});

/** Up to three digits. */
function writeNumber(number: number, into: Buffer, to: number): number {
  let end = to;
  if (number > 99) into[end++] = 0x30 + Math.floor(number / 100);
  if (number > 9) into[end++] = 0x30 + (Math.floor(number / 10) % 10);
  into[end++] = 0x30 + (number % 10);
  return end;
}
