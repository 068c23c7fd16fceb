import { type BytesMask, cutAt, isSame, readString, trimEnd, writeString } from '../byte-text.js';
import { type Dictionary, dictionaryOf, writeEntry } from '../dictionaries.js';
import { defineGenerator, type Generator, type MaskTools, TEXT_TYPES } from '../generator.js';
import { type NamePart, writeNameLike } from '../name-format.js';
import { SHORTEST_TOKEN, writeWithToken } from '../token.js';

type WriteName = (dictionary: Dictionary, high: number, low: number, into: Buffer, to: number) => number;

const writeFirst: WriteName = ({ firstNames }, high, _low, into, to) => writeEntry(firstNames, high, into, to);
const writeLast: WriteName = ({ lastNames }, _high, low, into, to) => writeEntry(lastNames, low, into, to);
const writeFull: WriteName = (dictionary, high, low, into, to) => {
  const end = writeFirst(dictionary, high, low, into, to);
  into[end] = 0x20;
  return writeLast(dictionary, high, low, into, end + 1);
};

export const fullName = nameGenerator({ name: 'fullName', family: 'name', describe: 'first and last name' }, writeFull);
/** The specification's word for a full name. */
export const name = { ...fullName, name: 'name' } as const;
export const guestName = { ...fullName, name: 'guestName' } as const;
export const firstName = nameGenerator({ name: 'firstName', family: 'firstName', describe: 'first name' }, writeFirst);
export const lastName = nameGenerator({ name: 'lastName', family: 'lastName', describe: 'last name' }, writeLast);

function nameGenerator(
  about: Pick<Generator, 'family' | 'describe'> & { name: NamePart },
  write: WriteName,
): Generator {
  return defineGenerator({
    ...about,
    describe: `a ${about.describe} of the same script, French, Arabic or English`,
    types: TEXT_TYPES,
    injective: false,
    uniqueLength: SHORTEST_TOKEN,
    maskBytes: maskName(write, about.name),
  });
}

function maskName(writeUsual: WriteName, part: NamePart): BytesMask<MaskTools> {
  return (from, at, stop, into, to, tools) => {
    const dictionary = dictionaryOf(from, at, stop);
    const original = tools.preserveFormat ? readString(from, at, stop) : undefined;
    const write = original === undefined ? writeUsual : writeNameLike(part, original);
    const { high, low } = tools.hash.range(from, at, stop);
    let end = finish(into, to, write(dictionary, high, low, into, to), tools.maxLength, original);
    if (isSame(from, at, stop, into, to, end)) {
      end = finish(into, to, write(dictionary, ~high >>> 0, ~low >>> 0, into, to), tools.maxLength, original);
    }
    return tools.isUnique ? writeWithToken(tools.hash, into, to, end, tools) : end;
  };
}

/** @param original whose letters are upper or lower case, where the name is to be like it */
function finish(into: Buffer, to: number, end: number, maxLength?: number, original?: string): number {
  if (end > into.length) return end; // to be written again where there is more room
  const cut = maxLength === undefined ? end : cutAt(into, to, end, maxLength);
  const fitted = cut < end ? trimEnd(into, to, cut) : end;
  if (original === undefined || original.toLowerCase() === original.toUpperCase()) return fitted;
  if (original === original.toUpperCase()) return writeString(readString(into, to, fitted).toUpperCase(), into, to);
  if (original === original.toLowerCase()) return writeString(readString(into, to, fitted).toLowerCase(), into, to);
  return fitted;
}
