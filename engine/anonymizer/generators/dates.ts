import { type BytesMask, readString, writeString } from '../byte-text.js';
import { defineGenerator, type MaskTools, TEXT_TYPES } from '../generator.js';
import { permuteDigits } from '../permutation.js';
import { scale32 } from '../random.js';
import type { SipHash } from '../sip-hash.js';
import { SHORTEST_TOKEN } from '../token.js';
import { mask } from './mask.js';

const DAY_MS = 86_400_000;
const MOST_DAYS = 30;
/** From here to there days move. Beyond are infinity, BC, and what stands for "never": 0001-01-01, 9999-12-31. */
const FIRST_DAY = Date.UTC(1000, 0, 1) / DAY_MS;
const DAYS = Date.UTC(9000, 0, 1) / DAY_MS - FIRST_DAY;
const TYPES = [...TEXT_TYPES, 'date', 'timestamp', 'timestamptz'];

/** A permutation of the days of each year. */
export const birthDate = defineGenerator({
  name: 'birthDate',
  family: 'birthDate',
  types: TYPES,
  injective: true,
  uniqueLength: SHORTEST_TOKEN,
  describe: 'another day of the same year; text that is no date is masked',
  maskBytes: maskDays((day, { hash }) => {
    const year = new Date(day * DAY_MS).getUTCFullYear();
    const first = Date.UTC(year, 0, 1) / DAY_MS;
    const days = daysOf(year, hash);
    const known = days[day - first] as number;
    if (known > 0) return first + known - 1;
    const length = Date.UTC(year + 1, 0, 1) / DAY_MS - first;
    const accept = (digits: string) => Number(digits) < length;
    const other = Number(permuteDigits(hash, String(day - first).padStart(3, '0'), { tweak: year, accept }));
    days[day - first] = other + 1;
    return first + other;
  }),
});

/** By hash and year: the day that takes a day's place, plus one; 0 is not known yet. */
const kept = new WeakMap<SipHash, Map<number, Uint16Array>>();

function daysOf(year: number, hash: SipHash): Uint16Array {
  const years = kept.get(hash) ?? new Map<number, Uint16Array>();
  kept.set(hash, years);
  const days = years.get(year) ?? new Uint16Array(366);
  years.set(year, days);
  return days;
}

/** One shift a domain, or one for all that `relatedBy` ties together, so intervals and order within it stay. */
export const date = defineGenerator({
  name: 'date',
  family: 'date',
  types: TYPES,
  injective: true,
  uniqueLength: SHORTEST_TOKEN,
  describe: 'shifted by 1 to 30 days, the same for the whole domain; text that is no date is masked',
  maskBytes: maskDays((day, { hash, related }) => {
    const { high, low } = hash.text(`days${related?.() ?? ''}`);
    const shift = (1 + scale32(low, MOST_DAYS)) * (high & 1 ? 1 : -1);
    return FIRST_DAY + ((day - FIRST_DAY + shift + DAYS) % DAYS);
  }),
});

function maskDays(otherDay: (day: number, tools: MaskTools) => number): BytesMask<MaskTools> {
  return (from, at, stop, into, to, tools) => {
    const value = stop - at > LONGEST ? '' : readString(from, at, stop);
    const day = dayOf(value);
    if (day !== undefined) {
      const isMoved = day >= FIRST_DAY && day < FIRST_DAY + DAYS && !isBeforeChrist(value);
      return writeString(isMoved ? textOf(otherDay(day, tools)) + value.slice(TEXT_LENGTH) : value, into, to);
    }
    return TEXT_TYPES.includes(tools.type)
      ? mask.maskBytes(from, at, stop, into, to, tools)
      : writeString(value, into, to);
  };
}

const TEXT_LENGTH = 'YYYY-MM-DD'.length;
const LONGEST = 48;
const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d){0,2})?)?(?: BC)?$/i;

/** Days since 1970-01-01; undefined when the text is no date of the calendar. */
function dayOf(value: string): number | undefined {
  if (!ISO.test(value)) return undefined;
  const [year, month, day] = [numberAt(value, 0, 4), numberAt(value, 5, 2), numberAt(value, 8, 2)];
  const date = new Date(0);
  const time = date.setUTCFullYear(year, month - 1, day);
  const isOfCalendar = date.getUTCDate() === day && date.getUTCMonth() === month - 1;
  return isOfCalendar || isBeforeChrist(value) ? time / DAY_MS : undefined;
}

function numberAt(text: string, at: number, length: number): number {
  let number = 0;
  for (let index = at; index < at + length; index++) number = 10 * number + text.charCodeAt(index) - DIGIT_0;
  return number;
}

const DIGIT_0 = 0x30;

function isBeforeChrist(value: string): boolean {
  return (value.charCodeAt(value.length - 1) | 0x20) === LOWER_C;
}

const LOWER_C = 0x63;

function textOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, TEXT_LENGTH);
}
