import type { SipHash } from './sip-hash.js';

/** Lower case only, so that tokens stay different where case is ignored; no i, l, o, u, which read like others. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The shortest that keeps a million values different (55 bits: a chance of 0.0014 % that two of them meet). */
export const SHORTEST_TOKEN = 11;

/** The value's hash in 13 characters. */
export function token(hash: SipHash, value: string): string {
  const { high, low } = hash.text(value);
  return (
    pair(high >>> 22) +
    pair(high >>> 12) +
    pair(high >>> 2) +
    pair((high << 8) | (low >>> 24)) +
    pair(low >>> 14) +
    pair(low >>> 4) +
    (ALPHABET[(low << 1) & 31] as string)
  );
}

/** Two characters at once halve the concatenations. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => `${ALPHABET[bits >>> 5]}${ALPHABET[bits & 31]}`);

function pair(bits: number): string {
  return PAIRS[bits & 1023] as string;
}

/** `text` made different for each value: followed by its token, cut so that both fit. */
export function withToken(text: string, suffix: string, { maxLength = Infinity, separator = ' ' }): string {
  if (maxLength <= suffix.length + separator.length) return suffix.slice(0, maxLength);
  const room = maxLength - suffix.length - separator.length;
  return `${text.length <= room ? text : Array.from(text).slice(0, room).join('')}${separator}${suffix}`;
}
