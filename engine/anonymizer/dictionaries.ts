import { faker as arabic } from '@faker-js/faker/locale/ar';
import { faker as english } from '@faker-js/faker/locale/en';
import { faker as french } from '@faker-js/faker/locale/fr';
import { hasArabic, writeBytes } from './byte-text.js';
import { scale32 } from './random.js';

/** Entries as UTF-8, one behind the other. */
export interface Entries {
  count: number;
  bytes: Buffer;
  /** Where each entry begins; one more for the end of the last. */
  offsets: Uint32Array;
}

export interface Dictionary {
  firstNames: Entries;
  lastNames: Entries;
  streets: Entries;
  words: Entries;
}

type Locale = typeof french;

const FRENCH_STREETS = ['Allée', 'Avenue', 'Boulevard', 'Impasse', 'Passage', 'Place', 'Quai', 'Rue'];
const ARABIC_STREETS = ['شارع', 'نهج', 'ساحة', 'حي'];

/** French and English together: a Latin name does not tell which language it belongs to. */
const latin: Dictionary = {
  firstNames: entriesOf([...firstNames(french), ...firstNames(english)]),
  lastNames: entriesOf([...lastNames(french), ...lastNames(english)]),
  streets: entriesOf(
    FRENCH_STREETS.flatMap((kind) =>
      (french.rawDefinitions.location?.street_suffix ?? []).map((name) => `${kind} ${name}`),
    ),
  ),
  words: entriesOf(french.rawDefinitions.lorem?.word ?? []),
};

const arab: Dictionary = {
  firstNames: entriesOf(firstNames(arabic)),
  lastNames: entriesOf(lastNames(arabic)),
  streets: entriesOf(ARABIC_STREETS.flatMap((kind) => lastNames(arabic).map((name) => `${kind} ${name}`))),
  words: entriesOf(arabic.rawDefinitions.lorem?.word ?? []),
};

/** The dictionary of the script that the value is written in. */
export function dictionaryOf(bytes: Buffer, at: number, stop: number): Dictionary {
  return hasArabic(bytes, at, stop) ? arab : latin;
}

/** Writes the entry that 32 bits choose. Returns where it ends. */
export function writeEntry({ bytes, offsets, count }: Entries, bits: number, into: Buffer, to: number): number {
  const index = scale32(bits, count);
  return writeBytes(bytes, offsets[index] as number, offsets[index + 1] as number, into, to);
}

function firstNames({ rawDefinitions: { person } }: Locale): string[] {
  const { generic = [], female = [], male = [] } = person?.first_name ?? {};
  return [...generic, ...female, ...male];
}

function lastNames({ rawDefinitions: { person } }: Locale): string[] {
  const { generic = [], female = [], male = [] } = person?.last_name ?? {};
  return [...generic, ...female, ...male];
}

function entriesOf(texts: readonly string[]): Entries {
  const encoded = [...new Set(texts)].map((text) => Buffer.from(text));
  const offsets = new Uint32Array(encoded.length + 1);
  for (const [index, entry] of encoded.entries()) offsets[index + 1] = (offsets[index] ?? 0) + entry.length;
  return { count: encoded.length, bytes: Buffer.concat(encoded), offsets };
}
