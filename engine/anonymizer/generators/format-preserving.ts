import { writeOtherFormat } from '../format.js';
import { defineGenerator, type Generator, TEXT_TYPES } from '../generator.js';
import { isIban } from '../iban.js';
import { isCard, writeCardCheck } from '../luhn.js';
import { writeOtherIban } from './account-number.js';

export const formatPreserving = formatGenerator({
  name: 'formatPreserving',
  family: 'formatPreserving',
  describe: 'other digits and letters in the same places; card numbers and IBANs stay valid',
});
export const cardNumber = formatGenerator({
  name: 'cardNumber',
  family: 'cardNumber',
  describe: 'another card number with a right check digit, grouped as it was; other text as formatPreserving',
});

function formatGenerator(about: Pick<Generator, 'name' | 'family' | 'describe'>): Generator {
  return defineGenerator({
    ...about,
    types: TEXT_TYPES,
    injective: true,
    uniqueLength: 1,
    letterCase: 'keeps',
    maskBytes(from, at, stop, into, to, tools) {
      if (isIban(from, at, stop)) return writeOtherIban(from, at, stop, into, to, tools);
      if (isCard(from, at, stop)) {
        const end = writeOtherFormat(from, at, stop - 1, into, to, tools) + 1;
        writeCardCheck(into, to, end);
        return end;
      }
      let end = writeOtherFormat(from, at, stop, into, to, tools);
      // Walking on along the permutation keeps what is no card number apart from those that are.
      while (isCard(into, to, end)) end = writeOtherFormat(into, to, end, into, to, tools);
      return end;
    },
  });
}
