import { writeString } from './byte-text.js';
import { type Dictionary, entryAt } from './dictionaries.js';
import { createRandom } from './random.js';

export type NamePart = 'fullName' | 'firstName' | 'lastName';

/** Writes a name of as many words as the value has, of the script of the dictionary. Returns where it ends. */
export function writeNameLike(part: NamePart, original: string) {
  const count = original.trim().split(/\s+/).length;
  return ({ firstNames, lastNames }: Dictionary, high: number, low: number, into: Buffer, to: number): number => {
    const random = createRandom({ high, low });
    const words = Array.from({ length: count }, (_, at) => {
      const isFirst = part === 'firstName' || (part === 'fullName' && at === 0);
      return oneWord(entryAt(isFirst ? firstNames : lastNames, random()));
    });
    return writeString(words.join(' '), into, to);
  };
}

/** The dictionary has some of several. */
function oneWord(name: string): string {
  return name.replace(/\s+/g, '-');
}
