import { defineGenerator, TEXT_TYPES } from '../generator.js';
import { SHORTEST_TOKEN } from '../token.js';
import { writeOtherToken } from '../token-format.js';

export const token = defineGenerator({
  name: 'token',
  family: 'token',
  types: [...TEXT_TYPES, 'macaddr', 'macaddr8'],
  injective: true,
  uniqueLength: SHORTEST_TOKEN,
  letterCase: 'keeps',
  describe: 'another token of the same length; hexadecimal stays so, and so do signs between letters and digits',
  maskBytes: writeOtherToken,
});
