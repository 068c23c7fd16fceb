const HYPHEN = 0x2d;
const COLON = 0x3a;
const UUID_BYTES = 36;

/** What is neither personal nor free text, and would break its reader: identifiers of rows (UUIDs), ISO dates and times. */
export function isStructural(bytes: Buffer, at: number, stop: number): boolean {
  return isUuid(bytes, at, stop) || isDateTime(bytes, at, stop);
}

function isUuid(bytes: Buffer, at: number, stop: number): boolean {
  if (stop - at !== UUID_BYTES) return false;
  for (let place = 0; place < UUID_BYTES; place++) {
    const byte = bytes[at + place] as number;
    const isHyphenPlace = place === 8 || place === 13 || place === 18 || place === 23;
    if (isHyphenPlace ? byte !== HYPHEN : !isHex(byte)) return false;
  }
  return true;
}

/** `2024-05-01`, with or without `T12:30`, seconds, a fraction of them, and `Z` or an offset. */
function isDateTime(bytes: Buffer, at: number, stop: number): boolean {
  if (!(areDigits(bytes, at, 4, stop) && areDigits(bytes, at + 5, 2, stop) && areDigits(bytes, at + 8, 2, stop)))
    return false;
  if (bytes[at + 4] !== HYPHEN || bytes[at + 7] !== HYPHEN) return false;
  let next = at + 10;
  if (next === stop) return true;
  const separator = bytes[next];
  if (separator !== 0x54 && separator !== 0x74 && separator !== 0x20) return false;
  if (!areDigits(bytes, next + 1, 2, stop) || bytes[next + 3] !== COLON || !areDigits(bytes, next + 4, 2, stop))
    return false;
  next += 6;
  if (bytes[next] === COLON && areDigits(bytes, next + 1, 2, stop)) {
    next += 3;
    if (bytes[next] === 0x2e && areDigits(bytes, next + 1, 1, stop)) {
      for (next += 2; areDigits(bytes, next, 1, stop); ) next++;
    }
  }
  return next === stop || isOffset(bytes, next, stop);
}

function isOffset(bytes: Buffer, at: number, stop: number): boolean {
  const sign = bytes[at];
  if (sign === 0x5a || sign === 0x7a) return at + 1 === stop;
  if ((sign !== 0x2b && sign !== HYPHEN) || !areDigits(bytes, at + 1, 2, stop)) return false;
  if (at + 3 === stop) return true;
  const minutes = bytes[at + 3] === COLON ? at + 4 : at + 3;
  return areDigits(bytes, minutes, 2, stop) && minutes + 2 === stop;
}

function areDigits(bytes: Buffer, at: number, count: number, stop: number): boolean {
  if (at + count > stop) return false;
  for (let index = at; index < at + count; index++) {
    const byte = bytes[index] as number;
    if (byte < 0x30 || byte > 0x39) return false;
  }
  return true;
}

function isHex(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}
