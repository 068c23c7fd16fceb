import { faker as arabic } from '@faker-js/faker/locale/ar';
import { faker as english } from '@faker-js/faker/locale/en';
import { faker as french } from '@faker-js/faker/locale/fr';

export interface Dictionary {
  firstNames: readonly string[];
  lastNames: readonly string[];
  streets: readonly string[];
  words: readonly string[];
}

type Locale = typeof french;

const FRENCH_STREETS = ['Allée', 'Avenue', 'Boulevard', 'Impasse', 'Passage', 'Place', 'Quai', 'Rue'];
const ARABIC_STREETS = ['شارع', 'نهج', 'ساحة', 'حي'];

/** French and English together: a Latin name does not tell which language it belongs to. */
const latin: Dictionary = {
  firstNames: distinct([...firstNames(french), ...firstNames(english)]),
  lastNames: distinct([...lastNames(french), ...lastNames(english)]),
  streets: FRENCH_STREETS.flatMap((kind) =>
    (french.rawDefinitions.location?.street_suffix ?? []).map((name) => `${kind} ${name}`),
  ),
  words: distinct(french.rawDefinitions.lorem?.word ?? []),
};

const arab: Dictionary = {
  firstNames: distinct(firstNames(arabic)),
  lastNames: distinct(lastNames(arabic)),
  streets: ARABIC_STREETS.flatMap((kind) => lastNames(arabic).map((name) => `${kind} ${name}`)),
  words: distinct(arabic.rawDefinitions.lorem?.word ?? []),
};

const ARABIC_LETTER = /[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]/;

/** The dictionary of the script that the value is written in. */
export function dictionaryOf(value: string): Dictionary {
  return ARABIC_LETTER.test(value) ? arab : latin;
}

function firstNames({ rawDefinitions: { person } }: Locale): string[] {
  const { generic = [], female = [], male = [] } = person?.first_name ?? {};
  return [...generic, ...female, ...male];
}

function lastNames({ rawDefinitions: { person } }: Locale): string[] {
  const { generic = [], female = [], male = [] } = person?.last_name ?? {};
  return [...generic, ...female, ...male];
}

function distinct(entries: readonly string[]): string[] {
  return [...new Set(entries)];
}
