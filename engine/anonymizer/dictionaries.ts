import { countCharacters, hasArabic, readString, writeBytes } from './byte-text.js';
import { scale32 } from './random.js';
import * as words from './words.js';

/** Entries as UTF-8, one behind the other. */
export interface Entries {
  count: number;
  bytes: Buffer;
  /** Where each entry begins; one more for the end of the last. */
  offsets: Uint32Array;
  /** How many characters each has, its bytes aside. */
  characters: Uint8Array;
}

export interface Dictionary {
  firstNames: Entries;
  lastNames: Entries;
  streets: Entries;
  words: Entries;
}

const FRENCH_STREETS = ['Allée', 'Avenue', 'Boulevard', 'Impasse', 'Passage', 'Place', 'Quai', 'Rue'];
const ARABIC_STREETS = ['شارع', 'نهج', 'ساحة', 'حي'];

/** French and English together: a Latin name does not tell which language it belongs to. */
const latin: Dictionary = {
  firstNames: entriesOf(listOf(words.LATIN_FIRST_NAMES)),
  lastNames: entriesOf(listOf(words.LATIN_LAST_NAMES)),
  streets: entriesOf(FRENCH_STREETS.flatMap((kind) => listOf(words.LATIN_STREETS).map((name) => `${kind} ${name}`))),
  words: entriesOf(listOf(words.LATIN_WORDS)),
};

const arab: Dictionary = {
  firstNames: entriesOf(listOf(words.ARABIC_FIRST_NAMES)),
  lastNames: entriesOf(listOf(words.ARABIC_LAST_NAMES)),
  streets: entriesOf(
    ARABIC_STREETS.flatMap((kind) => listOf(words.ARABIC_LAST_NAMES).map((name) => `${kind} ${name}`)),
  ),
  words: entriesOf(listOf(words.ARABIC_WORDS)),
};

/** Latin first names in lower case, without accents and signs. */
export const ASCII_NAMES = entriesOf(listOf(words.LATIN_FIRST_NAMES).map(asciiOf));

/** The dictionary of the script that the value is written in. */
export function dictionaryOf(bytes: Buffer, at: number, stop: number): Dictionary {
  return hasArabic(bytes, at, stop) ? arab : latin;
}

/** Writes the entry that 32 bits choose. Returns where it ends. */
export function writeEntry(entries: Entries, bits: number, into: Buffer, to: number): number {
  return writeEntryAt(entries, scale32(bits, entries.count), into, to);
}

export function writeEntryAt({ bytes, offsets }: Entries, index: number, into: Buffer, to: number): number {
  return writeBytes(bytes, offsets[index] as number, offsets[index + 1] as number, into, to);
}

/** The same as a string. */
export function entryAt({ bytes, offsets, count }: Entries, bits: number): string {
  const index = scale32(bits, count);
  return readString(bytes, offsets[index] as number, offsets[index + 1] as number);
}

function listOf(lines: string): string[] {
  return lines.trim().split('\n');
}

function entriesOf(texts: readonly string[]): Entries {
  const encoded = [...new Set(texts)].map((text) => Buffer.from(text));
  const offsets = new Uint32Array(encoded.length + 1);
  for (const [index, entry] of encoded.entries()) offsets[index + 1] = (offsets[index] ?? 0) + entry.length;
  const characters = Uint8Array.from(encoded, (entry) => countCharacters(entry, 0, entry.length));
  return { count: encoded.length, bytes: Buffer.concat(encoded), offsets, characters };
}

function asciiOf(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}
