import { permuteFormat } from '../format.js';
import { defineGenerator, NUMBER_TYPES, TEXT_TYPES } from '../generator.js';
import { isIban, withIbanCheck } from '../iban.js';
import { permuteNumber } from '../number.js';

export const accountNumber = defineGenerator({
  name: 'accountNumber',
  family: 'accountNumber',
  types: [...TEXT_TYPES, ...NUMBER_TYPES],
  injective: true,
  uniqueLength: 1,
  describe: 'the same format with other digits and letters; an IBAN stays a valid IBAN of its country',
  mask(value, { hash, type, maxLength }) {
    if (NUMBER_TYPES.includes(type)) return permuteNumber(hash, value, type);
    if (!isIban(value)) return permuteFormat(hash, value, maxLength);
    return withIbanCheck(value.slice(0, 2), permuteFormat(hash, value.slice(4)));
  },
});
