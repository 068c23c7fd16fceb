import { CITIES, MAIL_DOMAINS, NAMES } from './dictionaries.js';
import { Draw, topicOf } from './draw.js';

export interface Person {
  firstName: string;
  lastName: string;
  fullName: string;
  email: string;
  /** Ten digits, starting with 05, 06 or 07. */
  phone: string;
  street: string;
  city: string;
  postalCode: string;
  /** For more of the same person. */
  draw: Draw;
}

const MOBILE_NUMBERS = 300_000_000;
/** Has no factor in common with MOBILE_NUMBERS, so no number comes twice. */
const NUMBER_STEP = 179_424_691;

/** The same person for the same seed, topic and row: whoever mentions people makes them again instead of keeping them. */
export function person(seed: number, topic: number, row: number): Person {
  const draw = new Draw(seed, topic, row);
  const script = draw.pick(SCRIPTS);
  const firstName = draw.pick(NAMES[script].first);
  const lastName = draw.pick(NAMES[script].last);
  const place = draw.pick(CITIES);
  return {
    firstName,
    lastName,
    fullName: `${firstName} ${lastName}`,
    email: `${mailbox(script, firstName, lastName)}${row}@${draw.pick(MAIL_DOMAINS)}`,
    phone: phone((seed % 1000) * 7_919 + topic, row),
    street: `${draw.between(1, 240)} ${draw.pick(place.streets)}`,
    city: place.city,
    postalCode: place.code,
    draw,
  };
}

/** Number of one topic's row; the second and the third differ in nothing but the operator's digit, as real numbers do. */
function phone(offset: number, row: number): string {
  const number = row === 2 ? numberAt(offset, 1) + MOBILE_NUMBERS / 3 : numberAt(offset, row);
  return `0${500_000_000 + (number % MOBILE_NUMBERS)}`;
}

function numberAt(offset: number, row: number): number {
  return ((row + 1) * NUMBER_STEP + offset) % MOBILE_NUMBERS;
}

const SCRIPTS = ['latin', 'latin', 'latin', 'french', 'french', 'arabic'] as const;

function mailbox(script: (typeof SCRIPTS)[number], firstName: string, lastName: string): string {
  if (script === 'arabic') return 'client.';
  return `${ascii(firstName)}.${ascii(lastName)}.`;
}

const known = new Map<string, string>();

function ascii(name: string): string {
  const before = known.get(name);
  if (before !== undefined) return before;
  const plain = name
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
  known.set(name, plain);
  return plain;
}

export const TOPICS = {
  profile: topicOf('profile'),
  loft: topicOf('loft'),
  guest: topicOf('guest'),
  reservation: topicOf('reservation'),
  payment: topicOf('payment'),
  conversation: topicOf('conversation'),
  message: topicOf('message'),
  other: topicOf('other'),
};
