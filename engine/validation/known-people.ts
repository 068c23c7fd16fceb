import type { PersonalDataKind } from '../../contracts/anonymization.js';
import type { ColumnPlan, TablePlan } from '../../contracts/plan.js';
import { isDictionaryWord } from '../anonymizer/known-names.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { drawnPages } from '../postgres/table-sample.js';
import { isMasked } from './personal-data.js';
import { filterOf, maskedRowsOf } from './table-filter.js';
import type { ScannedPeople } from './text-scanner.js';
import { emailsIn, type TextTokens } from './text-tokens.js';
import { longNumbers, wordPairs } from './word-hashes.js';

const ROWS_A_TABLE = 2_000;
const ROWS_IN_ALL = 100_000;
/** Characters of a value. */
const LONGEST = 1_000;
/** A value of more rows belongs to a company rather than to a person. */
const MOST_ROWS = 20;
/** A national number without its leading zero, or its end. */
const PHONE_DIGITS = 9;

/** E-mail addresses, phone numbers and names of people of the source, as its masked columns hold them. In memory alone, never in a finding. */
export class KnownPeople {
  readonly #emails = new Set<string>();
  readonly #phones = new Set<string>();
  /** Card, account and identity numbers, without what separates their digits. */
  readonly #numbers = new Map<string, PersonalDataKind>();
  /** Names by their first word, each as its words. */
  readonly #names = new Map<string, KnownName[]>();

  add(kind: PersonalDataKind, value: string): void {
    if (kind === 'email') for (const email of emailsIn(value)) if (!isMasked(email)) this.#emails.add(email);
    if (kind === 'phone') {
      const digits = lastOf(digitsOf(value));
      if (digits.length === PHONE_DIGITS) this.#phones.add(digits);
    }
    if (NUMBER_KINDS.includes(kind)) {
      const digits = digitsOf(value);
      if (digits.length >= LONG_DIGITS && digits.length <= MOST_DIGITS) this.#numbers.set(digits, kind);
    }
    if (kind === 'personName') this.#addName(wordsOf(value));
  }

  /**
   * Kinds of what is in a text. `mayBeMade`: generators made some of it, and they make phone numbers and ordinary names that somebody has: then only
   * addresses and rare names are evidence.
   */
  foundIn(text: string, tokens: TextTokens, { mayBeMade }: { mayBeMade: boolean }): PersonalDataKind[] {
    const found: PersonalDataKind[] = [];
    if (tokens.emails.some((email) => this.#emails.has(email))) found.push('email');
    if (this.#hasName(text, mayBeMade)) found.push('personName');
    const numbers = tokens.numbers.map(digitsOf);
    if (!mayBeMade && numbers.some((digits) => this.#phones.has(lastOf(digits)))) found.push('phone');
    for (const digits of numbers) {
      const kind = this.kindOf(digits);
      if (kind && !found.includes(kind)) found.push(kind);
    }
    return found;
  }

  /** Of a card, account or identity number. */
  kindOf(digits: string): PersonalDataKind | undefined {
    return digits.length < LONG_DIGITS ? undefined : this.#numbers.get(digits);
  }

  /** Whether a number that has no other sign of it is somebody's phone number, and the chance of that for any; undefined when it is too short or long. */
  phoneOf(digits: string): { isKnown: boolean; odds: number } | undefined {
    if (digits.length < PHONE_DIGITS || digits.length > LONGEST_PHONE || this.#phones.size === 0) return undefined;
    return { isKnown: this.#phones.has(lastOf(digits)), odds: this.#phones.size / 10 ** PHONE_DIGITS };
  }

  /** What `mayHoldPersonalData` goes by. */
  scanned(): ScannedPeople {
    const pairsOf = (isWanted: (name: KnownName) => boolean) =>
      [...this.#names].flatMap(([first, names]) =>
        names.filter(isWanted).map(({ others: [second = ''] }) => [first, second] as const),
      );
    return {
      names: wordPairs(pairsOf(() => true)),
      rareNames: wordPairs(pairsOf(({ isRare }) => isRare)),
      numbers: longNumbers(this.#numbers.keys()),
    };
  }

  #addName(words: readonly string[]): void {
    const [first, ...others] = words;
    if (first === undefined || others.length === 0 || words.join('').length < SHORTEST_NAME) return;
    const known = this.#names.get(first) ?? [];
    if (known.some((name) => name.others.join() === others.join())) return;
    this.#names.set(first, [...known, { others, isRare: !words.every(isDictionaryWord) }]);
  }

  #hasName(text: string, mayBeMade: boolean): boolean {
    if (this.#names.size === 0 || text.length <= SHORTEST_NAME || !/\p{L}\P{L}+\p{L}/u.test(text)) return false;
    const words = wordsOf(text);
    return words.some((word, at) =>
      this.#names
        .get(word)
        ?.some(
          ({ others, isRare }) =>
            (isRare || !mayBeMade) && others.every((other, index) => words[at + 1 + index] === other),
        ),
    );
  }
}

interface KnownName {
  others: string[];
  /** Has a word that no generator writes. */
  isRare: boolean;
}

const SHORTEST_NAME = 8;

/** `00213` and nine digits, at most. */
const LONGEST_PHONE = 14;
const NUMBER_KINDS: readonly PersonalDataKind[] = ['cardNumber', 'iban', 'nationalId'];
/** Of fewer, another number is too often the same. */
const LONG_DIGITS = 12;
const MOST_DIGITS = 30;

function lastOf(digits: string): string {
  return digits.slice(-PHONE_DIGITS);
}

/** Nothing of what has letters. */
function digitsOf(number: string): string {
  return /\p{L}/u.test(number) ? '' : number.replace(/\D/g, '');
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}'’-]+/gu) ?? [];
}

/** A sample of each table's people: the first values of its masked columns, or of pages drawn from all over it. */
export async function readKnownPeople(source: Session, tables: readonly TablePlan[]): Promise<KnownPeople> {
  const people = new KnownPeople();
  const personal = tables.flatMap((table) => {
    const columns = table.columns.flatMap(asPersonal);
    return columns.length > 0 ? [{ table, columns }] : [];
  });
  const rowsEach = Math.max(1, Math.min(ROWS_A_TABLE, Math.floor(ROWS_IN_ALL / Math.max(1, personal.length))));
  for (const { table, columns } of personal) {
    const pages = drawnPages((2 * rowsEach) / Math.max(1, table.estimatedRows));
    const readRows = (from: string) =>
      source.query<Record<string, string | null>>(`
        select ${columns.map(({ name }, at) => `left(t.${quoteIdentifier(name)}::text, ${LONGEST}) as c${at}`).join(', ')}
          from only ${quoteRelation(table)} t${from}${filterOf(maskedRowsOf(table))}
         limit ${rowsEach}`);
    const drawn = await readRows(pages);
    const rows = drawn.length === 0 && pages ? await readRows('') : drawn; // statistics may be older than most rows' end
    for (const [at, { kind }] of columns.entries()) {
      for (const value of rareValues(rows.map((row) => row[`c${at}`] ?? ''))) people.add(kind, value);
    }
  }
  return people;
}

function asPersonal({ name, rule, shape }: ColumnPlan): { name: string; kind: PersonalDataKind }[] {
  const kind = rule && KIND_OF_RULE[rule.type];
  return kind && shape.kind === 'scalar' ? [{ name, kind }] : [];
}

const KIND_OF_RULE: { readonly [type: string]: PersonalDataKind } = {
  email: 'email',
  guestEmail: 'email',
  phone: 'phone',
  name: 'personName',
  fullName: 'personName',
  guestName: 'personName',
  cardNumber: 'cardNumber',
  accountNumber: 'iban',
  formatPreserving: 'nationalId',
};

function rareValues(values: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].flatMap(([value, count]) => (count <= MOST_ROWS ? [value] : []));
}
