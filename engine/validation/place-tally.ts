import { PERSONAL_DATA_KINDS, type PersonalDataKind } from '../../contracts/anonymization.js';
import { counted } from './check.js';
import { isBeyondChance } from './coincidence.js';
import { type FormFound, oddsOf } from './personal-data.js';

/** What was found in one row's text. */
export interface Sight {
  /** Kinds of the source's people that are in it. */
  known: readonly PersonalDataKind[];
  forms: readonly FormFound[];
  /** Of a number as long as a phone number: whether somebody of the source has it, and the chance that any number is such. */
  number?: { isKnown: boolean; odds: number } | undefined;
  /** Names the row. */
  key: string;
}

export interface PlaceFinding {
  kind: PersonalDataKind;
  /** Counts and keys of rows, never a value. */
  message: string;
}

/** Counts what was found in one place, and says what of it is more than chance. */
export class PlaceTally {
  readonly #kinds = new Map<PersonalDataKind, KindTally>();

  see({ known, forms, number, key }: Sight): void {
    for (const kind of known) this.#of(kind).known++;
    for (const { kind, isMatch } of forms) {
      const tally = this.#of(kind);
      tally.candidates++;
      if (isMatch) tally.matches++;
    }
    if (number) {
      const tally = this.#of('phone');
      tally.numbers++;
      tally.odds = number.odds;
      if (number.isKnown) tally.knownNumbers++;
    }
    const found = new Set([
      ...known,
      ...(number?.isKnown ? (['phone'] as const) : []),
      ...forms.flatMap(({ kind, isMatch }) => (isMatch ? [kind] : [])),
    ]);
    for (const kind of found) {
      const tally = this.#of(kind);
      tally.rows++;
      if (tally.keys.length < KEYS) tally.keys.push(key);
    }
  }

  findings(): PlaceFinding[] {
    return PERSONAL_DATA_KINDS.flatMap((kind) => {
      const tally = this.#kinds.get(kind);
      return tally && isFinding(kind, tally) ? [{ kind, message: describe(kind, tally) }] : [];
    });
  }

  #of(kind: PersonalDataKind): KindTally {
    const tally = this.#kinds.get(kind) ?? {
      known: 0,
      candidates: 0,
      matches: 0,
      numbers: 0,
      knownNumbers: 0,
      odds: 0,
      rows: 0,
      keys: [],
    };
    this.#kinds.set(kind, tally);
    return tally;
  }
}

interface KindTally {
  known: number;
  candidates: number;
  matches: number;
  numbers: number;
  knownNumbers: number;
  odds: number;
  rows: number;
  /** Of the first rows. */
  keys: string[];
}

const KEYS = 5;
/** Of fewer, one is enough: too few to tell numbers that pass by chance from those that are meant. */
const FEW = 10;

function isFinding(kind: PersonalDataKind, tally: KindTally): boolean {
  const { known, candidates, matches } = tally;
  if (known > 0 || hasKnownNumbers(tally)) return true;
  if (matches === 0 || candidates < FEW) return matches > 0;
  return isBeyondChance({ equal: matches, compared: candidates, odds: oddsOf(kind) });
}

function hasKnownNumbers({ numbers, knownNumbers, odds }: KindTally): boolean {
  return knownNumbers > 0 && isBeyondChance({ equal: knownNumbers, compared: numbers, odds });
}

function describe(kind: PersonalDataKind, tally: KindTally): string {
  const { rows, keys } = tally;
  const known = tally.known + (hasKnownNumbers(tally) ? tally.knownNumbers : 0);
  const where = keys.filter(Boolean);
  const whose = known > 0 ? `, ${known < rows ? `${known} ` : ''}of people of the source` : '';
  if (where.length === 0) return `${NOUNS[kind]}${whose}`;
  return `${counted(rows, 'row')} with ${NOUNS[kind]}${whose} (${where.join('; ')}${rows > where.length ? ', …' : ''})`;
}

const NOUNS: Record<PersonalDataKind, string> = {
  email: 'e-mail addresses',
  phone: 'phone numbers',
  iban: 'IBANs',
  cardNumber: 'card numbers',
  nationalId: 'national identity numbers',
  personName: 'names',
};
