import { type BytesMask, readString, writeBytes, writeString } from '../byte-text.js';
import { writeOtherFormat } from '../format.js';
import { defineGenerator, type MaskTools, NUMBER_TYPES, TEXT_TYPES } from '../generator.js';
import { isIban, writeIbanCheck } from '../iban.js';
import { permuteNumber } from '../number.js';

const COUNTRY_BYTES = 2;
const CHECK_BYTES = 2;

export const accountNumber = defineGenerator({
  name: 'accountNumber',
  family: 'accountNumber',
  types: [...TEXT_TYPES, ...NUMBER_TYPES],
  injective: true,
  uniqueLength: 1,
  letterCase: 'keeps',
  describe: 'the same format with other digits and letters; an IBAN stays a valid IBAN of its country',
  maskBytes(from, at, stop, into, to, tools) {
    if (NUMBER_TYPES.includes(tools.type)) {
      return writeString(permuteNumber(tools.hash, readString(from, at, stop)), into, to);
    }
    return isIban(from, at, stop)
      ? writeOtherIban(from, at, stop, into, to, tools)
      : writeOtherFormat(from, at, stop, into, to, tools);
  },
});

/** Another account of the same country. */
export const writeOtherIban: BytesMask<MaskTools> = (from, at, stop, into, to, { hash }) => {
  const account = writeBytes(from, at, at + COUNTRY_BYTES, into, to) + CHECK_BYTES;
  const end = writeOtherFormat(from, at + COUNTRY_BYTES + CHECK_BYTES, stop, into, account, { hash });
  writeIbanCheck(into, to, end);
  return end;
};
