import * as words from './words.js';

/** Two to four words, at least half of which are first or last names. */
export function isPersonName(value: string): boolean {
  const parts = nameParts(value);
  const known = parts.filter((part) => FIRST_NAMES.has(part) || LAST_NAMES.has(part)).length;
  return parts.length >= 2 && parts.length <= 4 && known * 2 >= parts.length;
}

/** One word that is a first name. */
export function isFirstName(value: string): boolean {
  const [first, ...others] = nameParts(value);
  return first !== undefined && others.length === 0 && FIRST_NAMES.has(first);
}

/** A word that masked names are made of, also beside another in one name (`Le Roux`, `نور الدين`), or that is frequent among names. */
export function isDictionaryWord(word: string): boolean {
  return NAME_WORDS.has(plain(word));
}

/** The words of a value that has nothing but words; none when it has more. */
function nameParts(value: string): string[] {
  if (value.length > 80 || !/^[\p{L}\p{M}'’. -]+$/u.test(value)) return [];
  return value.split(/\s+/).map(plain).filter(Boolean);
}

/** Frequent in Algeria, and in no dictionary of French or English. */
const ALGERIAN_NAMES = `abdelkader abderrahmane abdelaziz abdelhamid adel amina amine anis aicha asma bilal brahim djamel fares farid farida
  fatma hamza hakim hanane houria imane ines ismail karima karim khadija khaled kheira lamia leila lyes mehdi meriem mohammed mounir mourad
  mustapha nabil nadia nadir nassim nawel nour nourredine omar rachid rachida rania redha reda riad rym sabrina said salah salim samia samir
  selma sihem sofiane souad tarek toufik wafa walid warda yacine yamina yasmine younes youcef zahra zineb zohra`;

const FIRST_NAMES = setOf(words.LATIN_FIRST_NAMES, words.ARABIC_FIRST_NAMES, ALGERIAN_NAMES.replace(/\s+/g, '\n'));
const LAST_NAMES = setOf(words.LATIN_LAST_NAMES, words.ARABIC_LAST_NAMES);
const NAME_WORDS = new Set([...FIRST_NAMES, ...LAST_NAMES].flatMap((name) => name.split(' ')));

function setOf(...lists: string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.trim().split('\n').map(plain)));
}

/** Without accents, case and the punctuation of initials. */
function plain(word: string): string {
  return word
    .normalize('NFD')
    .replace(/[\p{M}.]/gu, '')
    .toLowerCase();
}
