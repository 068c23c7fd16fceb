import { type Dictionary, dictionaryOf } from '../dictionaries.js';
import { defineGenerator, type Generator, type MaskTools, TEXT_TYPES } from '../generator.js';
import { SHORTEST_TOKEN, token, withToken } from '../token.js';

type PickName = (dictionary: Dictionary, high: number, low: number) => string;

const pickFirst: PickName = ({ firstNames }, high) => firstNames[high % firstNames.length] as string;
const pickLast: PickName = ({ lastNames }, _high, low) => lastNames[low % lastNames.length] as string;
const pickFull: PickName = (dictionary, high, low) =>
  `${pickFirst(dictionary, high, low)} ${pickLast(dictionary, high, low)}`;

export const fullName = nameGenerator({ name: 'fullName', family: 'name', describe: 'first and last name' }, pickFull);
/** The specification's word for a full name. */
export const name = { ...fullName, name: 'name' } as const;
export const guestName = { ...fullName, name: 'guestName' } as const;
export const firstName = nameGenerator({ name: 'firstName', family: 'firstName', describe: 'first name' }, pickFirst);
export const lastName = nameGenerator({ name: 'lastName', family: 'lastName', describe: 'last name' }, pickLast);

function nameGenerator(about: Pick<Generator, 'name' | 'family' | 'describe'>, pick: PickName): Generator {
  return defineGenerator({
    ...about,
    describe: `a ${about.describe} of the same script, French, Arabic or English`,
    types: TEXT_TYPES,
    injective: false,
    uniqueLength: SHORTEST_TOKEN,
    mask: (value, tools) => maskName(value, tools, pick),
  });
}

function maskName(value: string, tools: MaskTools, pick: PickName): string {
  const dictionary = dictionaryOf(value);
  const suffix = tools.isUnique ? token(tools.hash, value) : '';
  const { high, low } = tools.isUnique ? tools.hash : tools.hash.text(value);
  let picked = finish(pick(dictionary, high, low), value, tools);
  if (picked === value) picked = finish(pick(dictionary, high + 1, low + 1), value, tools);
  return tools.isUnique ? withToken(picked, suffix, tools) : picked;
}

function finish(picked: string, value: string, { maxLength, preserveFormat }: MaskTools): string {
  const fitted = maxLength === undefined || picked.length <= maxLength ? picked : picked.slice(0, maxLength).trimEnd();
  if (!preserveFormat || value.toLowerCase() === value.toUpperCase()) return fitted;
  if (value === value.toUpperCase()) return fitted.toUpperCase();
  return value === value.toLowerCase() ? fitted.toLowerCase() : fitted;
}
