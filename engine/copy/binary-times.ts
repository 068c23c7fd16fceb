import { DataError } from '../../contracts/errors.js';
import { civilOf, daysOf } from '../postgres/calendar.js';
import type { BinaryValues } from './binary-values.js';

/** Days from 1970-01-01 to PostgreSQL's 2000-01-01. */
const EPOCH_DAYS = 10_957;
const DAY_MICROSECONDS = 86_400_000_000n;

/** Days since 2000, four bytes; the text as `DateStyle = ISO` has it. Source: date.c, datetime.c. */
export const date: BinaryValues = {
  decode(bytes, at) {
    const days = bytes.readInt32BE(at);
    const { text, suffix } = days === INT4_MAX || days === INT4_MIN ? infinite(days > 0) : dayText(days);
    return text + suffix;
  },
  encode(value, out) {
    const { days } = parse(value) ?? refuse('date');
    out.reserve(4);
    out.length = out.bytes.writeInt32BE(
      days === Infinity ? INT4_MAX : days === -Infinity ? INT4_MIN : days,
      out.length,
    );
  },
};

export const timestamp: BinaryValues = timestampWith('');
/** In UTC, as the session's time zone is. */
export const timestamptz: BinaryValues = timestampWith('+00');

/** Microseconds since 2000, eight bytes. */
function timestampWith(zone: string): BinaryValues {
  return {
    decode(bytes, at) {
      const value = bytes.readBigInt64BE(at);
      if (value === INT8_MAX || value === INT8_MIN) return infinite(value > 0n).text;
      const ofDay = ((value % DAY_MICROSECONDS) + DAY_MICROSECONDS) % DAY_MICROSECONDS;
      const { text, suffix } = dayText(Number((value - ofDay) / DAY_MICROSECONDS));
      return `${text} ${timeText(Number(ofDay))}${zone}${suffix}`;
    },
    encode(value, out) {
      const { days, microseconds } = parse(value) ?? refuse(zone === '' ? 'timestamp' : 'timestamptz');
      const since = Number.isFinite(days) ? BigInt(days) * DAY_MICROSECONDS + microseconds : undefined;
      out.reserve(8);
      out.length = out.bytes.writeBigInt64BE(since ?? (days > 0 ? INT8_MAX : INT8_MIN), out.length);
    },
  };
}

const INT4_MAX = 0x7fffffff;
const INT4_MIN = -0x80000000;
const INT8_MAX = 0x7fffffffffffffffn;
const INT8_MIN = -0x8000000000000000n;

function infinite(isPositive: boolean): { text: string; suffix: string } {
  return { text: isPositive ? 'infinity' : '-infinity', suffix: '' };
}

/** The day of the Gregorian calendar, carried on to both sides; years before 1 count down to 1 BC. */
function dayText(since2000: number): { text: string; suffix: string } {
  const { year, month, day } = civilOf(since2000 + EPOCH_DAYS);
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return { text: `${shown}-${two(month)}-${two(day)}`, suffix: year > 0 ? '' : ' BC' };
}

function timeText(ofDay: number): string {
  const seconds = Math.floor(ofDay / 1e6);
  const fraction = ofDay % 1e6;
  const shown = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${shown}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

const FORM =
  /^(\d{4,7})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)?( BC)?$/;

/** What generators write: a day, maybe a time, maybe an offset. */
function parse(value: string): { days: number; microseconds: bigint } | undefined {
  if (value === 'infinity') return { days: Infinity, microseconds: 0n };
  if (value === '-infinity') return { days: -Infinity, microseconds: 0n };
  const [, years, month, day, hours = 0, minutes = 0, seconds = 0, fraction = '', sign, east = 0, more = 0, bc] =
    FORM.exec(value) ?? [];
  if (years === undefined) return undefined;
  const year = bc ? 1 - Number(years) : Number(years);
  const days = daysOf({ year, month: Number(month), day: Number(day) }) - EPOCH_DAYS;
  const offset = (sign === '-' ? -1 : 1) * (Number(east) * 3600 + Number(more) * 60);
  const ofDay = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) - offset;
  return { days, microseconds: BigInt(ofDay) * 1_000_000n + BigInt(fraction.padEnd(6, '0')) };
}

function refuse(type: string): never {
  throw new DataError('GENERATOR_FAILED', `the generator made a day in a form that ${type} does not read`);
}
