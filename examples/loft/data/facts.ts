import { Draw } from './draw.js';
import { uuid } from './identifiers.js';
import { type Person, person, TOPICS } from './people.js';
import type { Sizes } from './sizes.js';

export interface Reservation {
  id: number;
  loft: number;
  guest: number;
  bookedBy: number;
  checkIn: string;
  checkOut: string;
  nights: number;
  status: string;
  currency: string;
  total: string;
  draw: Draw;
}

/** What is true of the sample's world, by row number: any table can ask about any row of another. */
export interface Facts {
  seed: number;
  sizes: Sizes;
  profile(row: number): Person;
  profileId(row: number): string;
  guest(row: number): Person;
  guestId(row: number): number;
  loftId(row: number): number;
  reservation(row: number): Reservation;
  /** The reservation that a payment belongs to, and whether it is its first or second. */
  paymentOf(row: number): { reservation: number; installment: number };
  paymentId(row: number): number;
  conversationId(row: number): string;
  /** Profiles' rows, two or three, each once. */
  participants(conversation: number): number[];
  draw(topic: number, row: number): Draw;
}

export function factsOf(seed: number, sizes: Sizes): Facts {
  const firstPayments = Math.floor(sizes.reservations * 0.75);
  return {
    seed,
    sizes,
    profile: (row) => person(seed, TOPICS.profile, row),
    profileId: (row) => uuid(seed, TOPICS.profile, row),
    guest: (row) => person(seed, TOPICS.guest, row),
    guestId: (row) => 500 + row,
    loftId: (row) => 1 + row,
    reservation: (row) => reservation(seed, sizes, row),
    paymentOf: (row) =>
      row < firstPayments ? { reservation: row, installment: 1 } : { reservation: row - firstPayments, installment: 2 },
    paymentId: (row) => 100 + row * 5,
    conversationId: (row) => uuid(seed, TOPICS.conversation, row),
    participants: (conversation) => {
      const first = (conversation * 7) % sizes.profiles;
      const others = conversation % 3 === 0 ? [1 + (conversation % 5), 9] : [1 + (conversation % 5)];
      return [first, ...others.map((step) => (first + step) % sizes.profiles)];
    },
    draw: (topic, row) => new Draw(seed, topic, row),
  };
}

const FIRST_DAY = Date.UTC(2023, 0, 10);
const LAST_DAY = Date.UTC(2026, 9, 1);
const DAY_MS = 86_400_000;
const STATUSES = ['pending', 'confirmed', 'checked in', 'completed', 'completed', 'completed', 'cancelled'];

/** The stays of one loft follow each other at equal distances, so none meets another. */
function reservation(seed: number, { lofts, guests, profiles, reservations }: Sizes, row: number): Reservation {
  const draw = new Draw(seed, TOPICS.reservation, row);
  const loft = row % lofts;
  const days = Math.floor((LAST_DAY - FIRST_DAY) / DAY_MS / Math.ceil(reservations / lofts));
  const longest = Math.max(1, Math.min(9, Math.floor(days / 2)));
  const checkIn = FIRST_DAY + (Math.floor(row / lofts) * days + draw.below(Math.max(1, days - longest))) * DAY_MS;
  const nights = draw.between(1, longest);
  const currency = draw.chance(0.7) ? 'DZD' : 'EUR';
  const perNight = currency === 'DZD' ? draw.between(4_000, 28_000) : draw.between(30, 210);
  return {
    id: 1000 + row,
    loft,
    guest: (row * 13 + draw.below(5)) % guests,
    bookedBy: draw.below(profiles),
    checkIn: day(checkIn),
    checkOut: day(checkIn + nights * DAY_MS),
    nights,
    status: draw.pick(STATUSES),
    currency,
    total: `${perNight * nights}.${draw.digits(2)}`,
    draw,
  };
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** A moment of the years that the sample covers, in UTC. */
export function moment(draw: Draw): string {
  const time = FIRST_DAY + Math.floor((draw.word() / 2 ** 32) * (LAST_DAY - FIRST_DAY));
  return `${new Date(time + draw.below(1000)).toISOString().slice(0, 23).replace('T', ' ')}+00`;
}
