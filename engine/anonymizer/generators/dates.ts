import { civilOf, daysOf } from '../../postgres/calendar.js';
import { type BytesMask, isDigit, readString, writeBytes, writeDigits } from '../byte-text.js';
import { defineGenerator, type MaskTools, TEXT_TYPES } from '../generator.js';
import { permuteDigits } from '../permutation.js';
import { scale32 } from '../random.js';
import type { SipHash } from '../sip-hash.js';
import { SHORTEST_TOKEN } from '../token.js';
import { mask } from './mask.js';

const MOST_DAYS = 30;
/** From here to there days move. Beyond are infinity, BC, and what stands for "never": 0001-01-01, 9999-12-31. */
const FIRST_DAY = newYear(1000);
const DAYS = newYear(9000) - FIRST_DAY;
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
    const { year } = civilOf(day);
    const first = newYear(year);
    const days = keptDays(year, hash);
    const known = days[day - first] as number;
    if (known > 0) return first + known - 1;
    const length = newYear(year + 1) - first;
    const accept = (digits: string) => Number(digits) < length;
    const other = Number(permuteDigits(hash, String(day - first).padStart(3, '0'), { tweak: year, accept }));
    days[day - first] = other + 1;
    return first + other;
  }),
});

/** By hash and year: the day that takes a day's place, plus one; 0 is not known yet. */
const kept = new WeakMap<SipHash, Map<number, Uint16Array>>();

function keptDays(year: number, hash: SipHash): Uint16Array {
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
    const day = dayAt(from, at, stop);
    if (day === undefined && TEXT_TYPES.includes(tools.type)) return mask.maskBytes(from, at, stop, into, to, tools);
    if (day === undefined || isBeforeChrist(from, stop) || day < FIRST_DAY || day >= FIRST_DAY + DAYS) {
      return writeBytes(from, at, stop, into, to);
    }
    return writeBytes(from, at + TEXT_LENGTH, stop, into, writeDay(otherDay(day, tools), into, to));
  };
}

const TEXT_LENGTH = 'YYYY-MM-DD'.length;
const LONGEST = 48;
const DIGIT_0 = 0x30;
const HYPHEN = 0x2d;
const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d){0,2})?)?(?: BC)?$/i;

/** Days since 1970-01-01; undefined when the text is no date of the calendar. */
function dayAt(from: Buffer, at: number, stop: number): number | undefined {
  if (stop - at < TEXT_LENGTH || stop - at > LONGEST || from[at + 4] !== HYPHEN || from[at + 7] !== HYPHEN) {
    return undefined;
  }
  const civil = { year: numberAt(from, at, 4), month: numberAt(from, at + 5, 2), day: numberAt(from, at + 8, 2) };
  if (Number.isNaN(civil.year + civil.month + civil.day)) return undefined;
  if (stop - at > TEXT_LENGTH && !ISO.test(readString(from, at, stop))) return undefined;
  const days = daysOf(civil);
  const { month, day } = civilOf(days);
  return (month === civil.month && day === civil.day) || isBeforeChrist(from, stop) ? days : undefined;
}

function numberAt(bytes: Buffer, at: number, length: number): number {
  let number = 0;
  for (let index = at; index < at + length; index++) {
    if (!isDigit(bytes[index])) return Number.NaN;
    number = 10 * number + (bytes[index] as number) - DIGIT_0;
  }
  return number;
}

function isBeforeChrist(from: Buffer, stop: number): boolean {
  return ((from[stop - 1] as number) | 0x20) === LOWER_C;
}

const LOWER_C = 0x63;

/** Of a year with four digits. */
function writeDay(since1970: number, into: Buffer, to: number): number {
  const { year, month, day } = civilOf(since1970);
  writeDigits(year, 4, into, to);
  into[to + 4] = HYPHEN;
  writeDigits(month, 2, into, to + 5);
  into[to + 7] = HYPHEN;
  return writeDigits(day, 2, into, to + 8);
}

function newYear(year: number): number {
  return daysOf({ year, month: 1, day: 1 });
}
