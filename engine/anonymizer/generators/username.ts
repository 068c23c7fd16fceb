import { ASCII_NAMES, writeEntry } from '../dictionaries.js';
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
    return writeWithToken(hash, into, to, writeEntry(ASCII_NAMES, high, into, to), {
      separator: UNDERSCORE,
      ...(maxLength !== undefined && { maxLength }),
    });
  },
});
