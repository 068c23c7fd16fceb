import { cutAt } from './byte-text.js';
import type { SipHash } from './sip-hash.js';

/** Lower case only, so that tokens stay different where case is ignored; no i, l, o, u, which read like others. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

export const TOKEN_LENGTH = 13;

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

/** The last result of a hash, in 13 characters of ASCII. Returns where they end. */
export function writeToken({ high, low }: Pick<SipHash, 'high' | 'low'>, into: Buffer, to: number): number {
  let at = writePair(high >>> 22, into, to);
  at = writePair(high >>> 12, into, at);
  at = writePair(high >>> 2, into, at);
  at = writePair((high << 8) | (low >>> 24), into, at);
  at = writePair(low >>> 14, into, at);
  at = writePair(low >>> 4, into, at);
  into[at] = CODES[(low << 1) & 31] as number;
  return at + 1;
}

const CODES = Buffer.from(ALPHABET);

function writePair(bits: number, into: Buffer, to: number): number {
  into[to] = CODES[(bits >>> 5) & 31] as number;
  into[to + 1] = CODES[bits & 31] as number;
  return to + 2;
}

/** Two characters at once halve the concatenations. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => `${ALPHABET[bits >>> 5]}${ALPHABET[bits & 31]}`);

function pair(bits: number): string {
  return PAIRS[bits & 1023] as string;
}

/**
 * Makes the text at `to` different for each value: its token follows, and the text is cut so that both fit. The token is the hash's last result.
 * Returns where it ends.
 */
export function writeWithToken(
  hash: Pick<SipHash, 'high' | 'low'>,
  into: Buffer,
  to: number,
  end: number,
  { maxLength = Infinity, separator = 0x20 }: { maxLength?: number; separator?: number },
): number {
  if (maxLength <= TOKEN_LENGTH + 1) return Math.min(writeToken(hash, into, to), to + maxLength);
  const cut = cutAt(into, to, end, maxLength - TOKEN_LENGTH - 1);
  into[cut] = separator;
  return writeToken(hash, into, cut + 1);
}
