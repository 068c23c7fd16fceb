import { readString, writeString } from '../byte-text.js';
import { LATIN_NAMES, writeEntry } from '../dictionaries.js';
import { defineGenerator, TEXT_TYPES } from '../generator.js';
import { SHORTEST_TOKEN, writeWithToken } from '../token.js';

const UNDERSCORE = 0x5f;

export const username = defineGenerator({
  name: 'username',
  family: 'username',
  types: TEXT_TYPES,
  injective: true,
  uniqueLength: SHORTEST_TOKEN,
  describe: 'a first name and a hash, in ASCII lower case',
  maskBytes(from, at, stop, into, to, { hash, maxLength }) {
    const { high } = hash.range(from, at, stop);
    const name = readString(into, to, writeEntry(LATIN_NAMES, high, into, to));
    const end = writeString(asciiOf(name), into, to);
    return writeWithToken(hash, into, to, end, {
      separator: UNDERSCORE,
      ...(maxLength !== undefined && { maxLength }),
    });
  },
});

function asciiOf(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}
