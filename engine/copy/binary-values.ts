import { type BinaryMaskable, isBinaryMaskable } from '../../contracts/binary-maskable.js';
import { DataError } from '../../contracts/errors.js';
import type { ByteBuffer } from '../postgres/byte-buffer.js';
import { cidr, inet } from './binary-addresses.js';
import { date, timestamp, timestamptz } from './binary-times.js';

/** How the values of a type stand in COPY's binary format: the bytes behind a field's length. */
export interface BinaryValues {
  /** The value's text form. */
  decode(bytes: Buffer, at: number, stop: number): string;
  /** Writes the value that a text form stands for. */
  encode(text: string, out: ByteBuffer): void;
  /** The field is the text's UTF-8 behind this many bytes, which stay. */
  textAfter?: number;
}

/** What PostgreSQL's send functions write. Types that are not here are masked on the text wire. */
export function binaryValuesOf(type: string): BinaryValues | undefined {
  return isBinaryMaskable(type) ? VALUES[type] : undefined;
}

const text: BinaryValues = {
  decode: (bytes, at, stop) => bytes.toString('utf8', at, stop),
  encode: (value, out) => out.writeText(value),
  textAfter: 0,
};

const JSONB_VERSION = 1;

const jsonb: BinaryValues = {
  decode: (bytes, at, stop) => bytes.toString('utf8', at + 1, stop),
  encode(value, out) {
    out.reserve(1);
    out.bytes[out.length++] = JSONB_VERSION;
    out.writeText(value);
  },
  textAfter: 1,
};

const bytea: BinaryValues = {
  decode: (bytes, at, stop) => `\\x${bytes.toString('hex', at, stop)}`,
  encode: (value, out) => out.append(Buffer.from(value.slice(2), 'hex')),
};

const uuid: BinaryValues = {
  decode(bytes, at) {
    const hex = bytes.toString('hex', at, at + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  },
  encode: (value, out) => out.append(Buffer.from(value.replaceAll('-', ''), 'hex')),
};

function integer(size: 2 | 4 | 8): BinaryValues {
  return {
    decode: (bytes, at) => (size === 8 ? bytes.readBigInt64BE(at).toString() : String(bytes.readIntBE(at, size))),
    encode(value, out) {
      out.reserve(size);
      if (size === 8) out.bytes.writeBigInt64BE(BigInt(value), out.length);
      else out.bytes.writeIntBE(Number(value), out.length, size);
      out.length += size;
    },
  };
}

const DIGITS = 4;
const NEGATIVE = 0x4000;
const SPECIAL: Record<number, string> = { 49152: 'NaN', 53248: 'Infinity', 61440: '-Infinity' };

/** Groups of four decimal digits: count, weight of the first, sign, digits shown behind the point, the groups. */
const numeric: BinaryValues = {
  decode(bytes, at) {
    const sign = bytes.readUInt16BE(at + 4);
    const special = SPECIAL[sign];
    if (special) return special;
    const count = bytes.readUInt16BE(at);
    const weight = bytes.readInt16BE(at + 2);
    const scale = bytes.readUInt16BE(at + 6);
    const group = (index: number) =>
      index < 0 || index >= count ? '0000' : String(bytes.readUInt16BE(at + 8 + 2 * index)).padStart(DIGITS, '0');
    let whole = '';
    for (let index = 0; index <= weight; index++) whole += group(index);
    let fraction = '';
    for (let index = weight + 1; fraction.length < scale; index++) fraction += group(index);
    const shown = scale > 0 ? `.${fraction.slice(0, scale)}` : '';
    return (sign === NEGATIVE ? '-' : '') + (whole.replace(/^0+(?=.)/, '') || '0') + shown;
  },
  encode(value, out) {
    const special = Object.keys(SPECIAL).find((sign) => SPECIAL[Number(sign)] === value);
    const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value) ?? [];
    if (special === undefined && whole === '') {
      throw new DataError('GENERATOR_FAILED', 'the generator made a number in a form that numeric does not read');
    }
    const left = whole.replace(/^0+/, '');
    const weight = Math.ceil(left.length / DIGITS) - 1;
    const digits =
      left.padStart((weight + 1) * DIGITS, '0') + fraction.padEnd(Math.ceil(fraction.length / DIGITS) * DIGITS, '0');
    const groups = digits.match(/\d{4}/g) ?? [];
    const header = special ? [0, 0, Number(special), 0] : [groups.length, weight, sign && NEGATIVE, fraction.length];
    out.reserve(2 * (header.length + groups.length));
    for (const word of [...header, ...groups]) {
      out.bytes.writeUInt16BE(Number(word) & 0xffff, out.length);
      out.length += 2;
    }
  },
};

const VALUES: Record<BinaryMaskable, BinaryValues> = {
  text,
  varchar: text,
  bpchar: text,
  name: text,
  citext: text,
  json: text,
  jsonb,
  bytea,
  uuid,
  int2: integer(2),
  int4: integer(4),
  int8: integer(8),
  numeric,
  date,
  timestamp,
  timestamptz,
  inet,
  cidr,
};
