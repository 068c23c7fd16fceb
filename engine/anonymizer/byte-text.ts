import type { ByteSink } from '../../contracts/value-masker.js';

/** Writes UTF-8 text into bytes and looks at it there. Every `write…` returns where it ended: behind the last byte, where there was no room. */

export const LAST_ASCII = 0x7f;
const SCRATCH_BYTES = 64 * 1024;
const encoder = new TextEncoder();

/** Writes a string; short ASCII, which nearly every value is, without a native call. */
export function writeString(text: string, into: Buffer, to: number): number {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > LAST_ASCII) {
      const { read, written } = encoder.encodeInto(text, into.subarray(to));
      return to + (read < text.length ? Buffer.byteLength(text) : written);
    }
    into[to + at] = unit;
  }
  return to + text.length;
}

/** How many bytes the character takes that begins with this one. */
export function characterBytes(first: number): number {
  return first <= LAST_ASCII ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** Whether it is `0` to `9`. */
export function isDigit(byte = 0): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Whether it is ASCII without a capital letter. */
export function isLowerAscii(bytes: Buffer, at: number, stop: number): boolean {
  for (let index = at; index < stop; index++) {
    const byte = bytes[index] as number;
    if (byte > LAST_ASCII || (byte >= 0x41 && byte <= 0x5a)) return false;
  }
  return true;
}

/** Copies a few bytes. */
export function writeBytes(from: Buffer, at: number, stop: number, into: Buffer, to: number): number {
  if (stop - at > 96) {
    if (to + stop - at <= into.length) into.set(from.subarray(at, stop), to);
    return to + stop - at;
  }
  let end = to;
  for (let index = at; index < stop; index++) into[end++] = from[index] as number;
  return end;
}

/** Writes an integer below 2³¹ with leading zeros. */
export function writeDigits(value: number, count: number, into: Buffer, to: number): number {
  let rest = value | 0;
  for (let index = to + count - 1; index >= to; index--) {
    const next = (rest / 10) | 0;
    into[index] = 0x30 + rest - next * 10;
    rest = next;
  }
  return to + count;
}

/** Whether `into`, from `to` up to `end`, holds what `from` does. */
export function isSame(from: Buffer, at: number, stop: number, into: Buffer, to: number, end: number): boolean {
  if (stop - at !== end - to) return false;
  for (let index = 0; index < stop - at; index++) if (from[at + index] !== into[to + index]) return false;
  return true;
}

/** Where the first `characters` characters end. */
export function cutAt(bytes: Buffer, at: number, stop: number, characters: number): number {
  if (stop - at <= characters) return stop;
  let left = characters;
  for (let index = at; index < stop; index++) {
    if (isContinuation(bytes[index] as number)) continue;
    if (left-- === 0) return index;
  }
  return stop;
}

export function countCharacters(bytes: Buffer, at: number, stop: number): number {
  let count = 0;
  for (let index = at; index < stop; index++) if (!isContinuation(bytes[index] as number)) count++;
  return count;
}

/** The end without the blanks before it. */
export function trimEnd(bytes: Buffer, at: number, stop: number): number {
  let end = stop;
  while (end > at && bytes[end - 1] === 0x20) end--;
  return end;
}

/** Whether any character is an Arabic letter (U+0600–06FF, 0750–077F, 08A0–08FF, FB50–FDFF, FE70–FEFF). */
export function hasArabic(bytes: Buffer, at: number, stop: number): boolean {
  for (let index = at; index < stop; index++) {
    const lead = bytes[index] as number;
    if (lead < 0xd8 || lead > 0xef) continue;
    if (lead <= 0xdb) return true;
    const second = bytes[index + 1] as number;
    if (lead === 0xdd && second >= 0x90) return true;
    if (lead === 0xe0 && (second === 0xa2 || second === 0xa3)) {
      if (second === 0xa3 || (bytes[index + 2] as number) >= 0xa0) return true;
    }
    if (lead !== 0xef) continue;
    if (second >= 0xae && second <= 0xb7) return true;
    const third = bytes[index + 2] as number;
    if ((second === 0xad && third >= 0x90) || (second === 0xb9 && third >= 0xb0)) return true;
    if (second === 0xba || second === 0xbb) return true;
  }
  return false;
}

/** The text that bytes stand for. */
export function readString(bytes: Buffer, at: number, stop: number): string {
  return bytes.toString('utf8', at, stop);
}

/** Bytes that a generator's value takes at most, but for names and addresses that become longer with each word. */
function maskedRoom(length: number): number {
  return 3 * length + 256;
}

/** Writes what a mask makes behind what is there already, with as much room as that takes. */
export function appendMasked<Tools>(
  mask: BytesMask<Tools>,
  from: Buffer,
  at: number,
  stop: number,
  out: ByteSink,
  tools: Tools,
): void {
  for (let room = maskedRoom(stop - at); ; room *= 4) {
    out.reserve(room);
    const end = mask(from, at, stop, out.bytes, out.length, tools);
    if (end > out.bytes.length) continue;
    out.length = end;
    return;
  }
}

export type BytesMask<Tools> = (
  from: Buffer,
  at: number,
  stop: number,
  into: Buffer,
  to: number,
  tools: Tools,
) => number;

/** What a mask of bytes makes of a string. */
export function maskString<Tools>(mask: BytesMask<Tools>, value: string, tools: Tools): string {
  const room = 3 * value.length;
  const isShort = maskedRoom(room) <= SCRATCH_BYTES;
  const from = isShort ? source : Buffer.allocUnsafe(room);
  const stop = writeString(value, from, 0);
  let into = isShort ? result : Buffer.allocUnsafe(maskedRoom(room));
  for (;;) {
    const end = mask(from, 0, stop, into, 0, tools);
    if (end <= into.length) return readString(into, 0, end);
    into = Buffer.allocUnsafe(4 * into.length);
  }
}

const source = Buffer.allocUnsafe(SCRATCH_BYTES);
const result = Buffer.allocUnsafe(SCRATCH_BYTES);

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
