import type { ByteBuffer } from '../postgres/byte-buffer.js';

const BACKSLASH = 0x5c;
const CAPITAL_N = 0x4e;

/** How COPY's text format writes NULL. */
export const NULL_FIELD = Buffer.from([BACKSLASH, CAPITAL_N]);

/** NULL, and no string: a backslash of a value is always doubled. */
export function isNullField(bytes: Buffer, at: number, stop: number): boolean {
  return stop - at === 2 && bytes[at] === BACKSLASH && bytes[at + 1] === CAPITAL_N;
}

export interface FieldPosition {
  at: number;
  stop: number;
  isAscii: boolean;
  hasEscape: boolean;
}

/** The value that a field stands for; not for NULL. */
export function decodeField(bytes: Buffer, { at, stop, isAscii, hasEscape }: FieldPosition): string {
  const text = bytes.toString(isAscii ? 'latin1' : 'utf8', at, stop);
  return hasEscape ? text.replace(/\\(.)/gs, (_, letter: string) => MEANINGS[letter] ?? letter) : text;
}

/** What COPY writes after a backslash. */
const MEANINGS: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The field that stands for a value. */
export function escapeField(value: string): string {
  return ESCAPED.test(value) ? value.replace(ALL_ESCAPED, (character) => ESCAPES[character] ?? character) : value;
}

const ESCAPED = /[\\\t\n\r]/;
const ALL_ESCAPED = /[\\\t\n\r]/g;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Writes the value that a field with escapes stands for. */
export function unescapeBytes(bytes: Buffer, at: number, stop: number, out: ByteBuffer): void {
  out.reserve(stop - at);
  let to = out.length;
  for (let index = at; index < stop; index++) {
    let byte = bytes[index] as number;
    if (byte === BACKSLASH) {
      byte = bytes[++index] as number;
      byte = BYTE_MEANINGS[byte] ?? byte;
    }
    out.bytes[to++] = byte;
  }
  out.length = to;
}

const BYTE_MEANINGS: Record<number, number> = { 98: 0x08, 102: 0x0c, 110: 0x0a, 114: 0x0d, 116: 0x09, 118: 0x0b };

/** Writes the field that stands for a value. */
export function escapeBytes(bytes: Buffer, at: number, stop: number, out: ByteBuffer): void {
  out.reserve(2 * (stop - at));
  let to = out.length;
  for (let index = at; index < stop; index++) {
    const byte = bytes[index] as number;
    const letter =
      byte === BACKSLASH ? BACKSLASH : byte === 0x0a ? 0x6e : byte === 0x09 ? 0x74 : byte === 0x0d ? 0x72 : 0;
    if (letter > 0) out.bytes[to++] = BACKSLASH;
    out.bytes[to++] = letter > 0 ? letter : byte;
  }
  out.length = to;
}

/** Whether bytes of a value would read as something else when written as a field. */
export function needsEscape(bytes: Uint8Array, at: number, stop: number): boolean {
  for (let index = at; index < stop; index++) {
    const byte = bytes[index] as number;
    if (byte <= 0x0d ? byte === 0x09 || byte === 0x0a || byte === 0x0d : byte === BACKSLASH) return true;
  }
  return false;
}
