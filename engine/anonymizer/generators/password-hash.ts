import { TEST_PASSWORD_HASH } from '../../../contracts/anonymization.js';
import { writeString } from '../byte-text.js';
import { defineGenerator, TEXT_TYPES } from '../generator.js';

export const passwordHash = defineGenerator({
  name: 'passwordHash',
  family: 'passwordHash',
  types: TEXT_TYPES,
  injective: false,
  uniqueLength: Infinity,
  leastLength: TEST_PASSWORD_HASH.length,
  describe: 'the bcrypt hash of `envclone-test`: one password for everybody',
  maskBytes(_from, _at, _stop, into, to, { maxLength = Infinity }) {
    return Math.min(writeString(TEST_PASSWORD_HASH, into, to), to + maxLength);
  },
});
