import type { AnonymizationType } from '../../contracts/anonymization.js';

/** How a column's values are judged when they are found again in the target. */
export interface Coincidence {
  /** Shorter values are no evidence. In characters. */
  minLength: number;
  /** The chance, at most, that a masked value equals the value it stands for. 0: never. `certain`: being found proves nothing. */
  odds: number | 'certain';
}

/** Of the same row: the value beside the same key. */
export function coincidenceInRow(type: AnonymizationType): Coincidence {
  return IN_ROW[type] ?? UNKNOWN;
}

/** Of any row: without a key, a value that some other row had looks the same as one that was kept. */
export function coincidenceAnywhere(type: AnonymizationType): Coincidence {
  return ANYWHERE[type] ?? { minLength: 2, odds: 'certain' };
}

/** Whether that many equal values are beyond chance. `compared` and `equal` count different values. */
export function isBeyondChance(input: { equal: number; compared: number; odds: number }): boolean {
  const { equal, odds } = input;
  const compared = Math.max(input.compared, equal);
  if (equal === 0) return false;
  if (odds === 0) return true;
  const share = equal / compared;
  if (share <= odds) return false;
  const divergence =
    share * Math.log(share / odds) + (share < 1 ? (1 - share) * Math.log((1 - share) / (1 - odds)) : 0);
  return Math.exp(-compared * divergence) < FALSE_ALARM; // Chernoff's bound of the binomial tail
}

/** Accepted chance of a false alarm, a column. */
const FALSE_ALARM = 1e-3;

/** Generators step aside from the value they are given; what is left is cutting to a column's length. */
const STEPS_ASIDE: Coincidence = { minLength: 2, odds: 1e-6 };
const NEVER: Coincidence = { minLength: 2, odds: 0 };

/** A custom generator may know few values. */
const UNKNOWN: Coincidence = { minLength: 2, odds: 0.05 };

const IN_ROW: Partial<Record<AnonymizationType, Coincidence>> = {
  email: NEVER,
  guestEmail: NEVER,
  mask: NEVER,
  phone: { minLength: 4, odds: 1e-8 },
  // A permutation of few digits may leave a number where it was.
  accountNumber: { minLength: 6, odds: 1e-6 },
  formatPreserving: { minLength: 6, odds: 1e-6 },
  cardNumber: { minLength: 6, odds: 1e-6 },
  token: { minLength: 6, odds: 1e-6 },
  birthDate: STEPS_ASIDE,
  date: STEPS_ASIDE,
  // The first significant digits of a small number have no neighbour near enough.
  amount: { minLength: 6, odds: 0.05 },
  ip: { minLength: 7, odds: 1e-6 },
  url: STEPS_ASIDE,
  uuid: NEVER,
  username: NEVER,
  name: STEPS_ASIDE,
  fullName: STEPS_ASIDE,
  firstName: STEPS_ASIDE,
  lastName: STEPS_ASIDE,
  guestName: STEPS_ASIDE,
  address: STEPS_ASIDE,
  text: STEPS_ASIDE,
  json: STEPS_ASIDE,
  reference: STEPS_ASIDE,
};

const ANYWHERE: Partial<Record<AnonymizationType, Coincidence>> = {
  email: NEVER,
  guestEmail: NEVER,
  accountNumber: { minLength: 12, odds: 1e-6 },
  formatPreserving: { minLength: 12, odds: 1e-6 },
  cardNumber: { minLength: 12, odds: 1e-6 },
  token: { minLength: 16, odds: 1e-6 },
  uuid: NEVER,
  username: NEVER,
  mask: { minLength: 12, odds: 1e-3 },
  text: { minLength: 16, odds: 1e-3 },
  json: { minLength: 16, odds: 1e-3 },
};
