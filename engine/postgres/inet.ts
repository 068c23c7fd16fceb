import { isIPv4, isIPv6 } from 'node:net';

/** The 4 or 16 bytes of an address without a prefix length; undefined for other text, and for addresses with a zone. */
export function addressBytes(address: string): number[] | undefined {
  if (isIPv4(address)) return dottedBytes(address);
  if (!isIPv6(address) || address.includes('%')) return undefined;
  const whole = address.replace(/[\d.]+\.[\d.]+$/, (v4) => {
    const [a = 0, b = 0, c = 0, d = 0] = dottedBytes(v4);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [left = [], right] = whole.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(8 - left.length - (right?.length ?? 0)).fill('0');
  const groups = [...left, ...zeros, ...(right ?? [])].map((group) => Number.parseInt(group, 16));
  return groups.flatMap((group) => [group >> 8, group & 0xff]);
}

/** Of an address in the form `192.168.1.20`. */
function dottedBytes(address: string): number[] {
  const bytes = [0, 0, 0, 0];
  for (let at = 0, byte = 0; at < address.length; at++) {
    const unit = address.charCodeAt(at);
    if (unit === DOT) byte++;
    else bytes[byte] = (bytes[byte] as number) * 10 + unit - DIGIT_0;
  }
  return bytes;
}

const DOT = 0x2e;
const DIGIT_0 = 0x30;

/**
 * As PostgreSQL writes it: groups without leading zeros, the first longest run of two or more empty ones as `::`, the last 32 bits dotted where
 * the others say that they are IPv4. Source: inet_net_ntop.c.
 */
export function addressText(bytes: ArrayLike<number>): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  const all = Array.from(bytes);
  const groups = Array.from({ length: 8 }, (_, at) => ((all[2 * at] as number) << 8) | (all[2 * at + 1] as number));
  const run = longestZeros(groups);
  const shown = groups.map((group) => group.toString(16));
  if (embedsV4(groups, run)) shown.splice(6, 2, all.slice(12).join('.'));
  if (run.length < 2) return shown.join(':');
  return `${shown.slice(0, run.at).join(':')}::${shown.slice(run.at + run.length).join(':')}`;
}

interface Run {
  at: number;
  length: number;
}

function longestZeros(groups: readonly number[]): Run {
  let longest: Run = { at: -1, length: 0 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === 0) length++;
    if (length > longest.length) longest = { at, length };
  }
  return longest;
}

function embedsV4(groups: readonly number[], { at, length }: Run): boolean {
  return at === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
}
