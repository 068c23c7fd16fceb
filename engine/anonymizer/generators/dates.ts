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
  maskBytes: maskDays((day, hash) => {
    const year = new Date(day * DAY_MS).getUTCFullYear();
    const first = Date.UTC(year, 0, 1) / DAY_MS;
    const days = Date.UTC(year + 1, 0, 1) / DAY_MS - first;
    const accept = (digits: string) => Number(digits) < days;
    return first + Number(permuteDigits(hash, String(day - first).padStart(3, '0'), { tweak: year, accept }));
  }),
});

/** One shift a domain, so intervals and order within it stay. */
export const date = defineGenerator({
  name: 'date',
  family: 'date',
  types: TYPES,
  injective: true,
  uniqueLength: SHORTEST_TOKEN,
  describe: 'shifted by 1 to 30 days, the same for the whole domain; text that is no date is masked',
  maskBytes: maskDays((day, hash) => {
    const { high, low } = hash.text('days');
    const shift = (1 + scale32(low, MOST_DAYS)) * (high & 1 ? 1 : -1);
    return FIRST_DAY + ((day - FIRST_DAY + shift + DAYS) % DAYS);
  }),
});

function maskDays(otherDay: (day: number, hash: SipHash) => number): BytesMask<MaskTools> {
  return (from, at, stop, into, to, tools) => {
    const value = stop - at > LONGEST ? '' : readString(from, at, stop);
    const day = dayOf(value);
    if (day !== undefined) {
      const isMoved = day >= FIRST_DAY && day < FIRST_DAY + DAYS && !isBeforeChrist(value);
      return writeString(isMoved ? textOf(otherDay(day, tools.hash)) + value.slice(TEXT_LENGTH) : value, into, to);
    }
    return TEXT_TYPES.includes(tools.type)
      ? mask.maskBytes(from, at, stop, into, to, tools)
      : writeString(value, into, to);
  };
}

const TEXT_LENGTH = 'YYYY-MM-DD'.length;
const LONGEST = 48;
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d){0,2})?)?(?: BC)?$/i;

/** Days since 1970-01-01; undefined when the text is no date of the calendar. */
function dayOf(value: string): number | undefined {
  const [, year, month, day] = ISO.exec(value) ?? [];
  if (year === undefined) return undefined;
  const date = new Date(0).setUTCFullYear(Number(year), Number(month) - 1, Number(day)) / DAY_MS;
  return textOf(date) === `${year}-${month}-${day}` || isBeforeChrist(value) ? date : undefined;
}

function isBeforeChrist(value: string): boolean {
  return /bc$/i.test(value);
}

function textOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, TEXT_LENGTH);
}
