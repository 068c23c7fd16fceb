import { addressBytes, addressText } from '../postgres/inet.js';
import { createRandom } from './random.js';
import type { SipHash } from './sip-hash.js';

/** Ranges whose addresses stay inside: their first bytes, and how many bits those are. */
const V4: readonly Range[] = [
  { start: [10], bits: 8 },
  { start: [127], bits: 8 },
  { start: [169, 254], bits: 16 },
  { start: [172, 16], bits: 12 },
  { start: [192, 168], bits: 16 },
];
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const V6: readonly Range[] = [
  ...V4.map(({ start, bits }) => ({ start: [...MAPPED, ...start], bits: 96 + bits })),
  { start: [0xfc], bits: 7 },
  { start: [0xfe, 0x80], bits: 10 },
];
/** Whatever else is public. */
const PUBLIC_V4: readonly number[] = [5, 31, 37, 46, 62, 77, 80, 91, 93, 109, 151, 176, 188, 193, 212, 217];
const PUBLIC_V6: Range = { start: [0x2a], bits: 8 };
/** The loopback of IPv6 is one address; it becomes one of IPv4 in its IPv6 form. */
const MAPPED_LOOPBACK: Range = { start: [...MAPPED, 127], bits: 104 };

interface Range {
  start: readonly number[];
  bits: number;
}

/** Another address of the same family and the same kind (private, loopback, link-local, public) with the same prefix length; undefined for other text. */
export function otherAddress(value: string, hash: SipHash): string | undefined {
  const slash = value.indexOf('/');
  const prefix = slash < 0 ? '' : value.slice(slash);
  if (slash >= 0 && !/^\/\d{1,3}$/.test(prefix)) return undefined;
  const bytes = addressBytes(slash < 0 ? value : value.slice(0, slash));
  if (!bytes) return undefined;
  const random = createRandom(hash.bytes(Uint8Array.from(bytes)));
  const { start, bits } = rangeOf(bytes, random());
  const other = bytes.map((_, index) => {
    const free = Math.max(0, Math.min(8, 8 * (index + 1) - bits));
    return (((start[index] ?? 0) >> free) << free) | ((random() >>> 24) & ((1 << free) - 1));
  });
  const last = other.length - 1;
  if (other.every((byte, index) => byte === bytes[index])) other[last] = (other[last] as number) ^ 1;
  return addressText(other) + prefix;
}

/** The same of a network (`192.168.4.0/24`): nothing is behind its prefix. One that is as large as its kind (`10.0.0.0/8`) stays. */
export function otherNetwork(value: string, hash: SipHash): string | undefined {
  const [, prefix] = value.split('/', 2);
  const other = otherAddress(value, hash);
  const bytes = addressBytes(other?.split('/')[0] ?? '');
  if (!bytes || prefix === undefined) return other;
  const bits = Number(prefix);
  const network = bytes.map((byte, index) => byte & (0xff << (8 - Math.max(0, Math.min(8, bits - 8 * index)))));
  if (bits > WIDEST_KIND && `${addressText(network)}/${prefix}` === value) {
    const last = (bits - 1) >> 3;
    network[last] = (network[last] as number) ^ (0x80 >> ((bits - 1) & 7));
  }
  return `${addressText(network)}/${prefix}`;
}

/** Bits of the smallest kind of addresses; a network of no more may be all of its kind. */
const WIDEST_KIND = 16;

function rangeOf(bytes: readonly number[], random: number): Range {
  const isIn = ({ start, bits }: Range) =>
    start.every((byte, index) => {
      const free = Math.max(0, 8 * (index + 1) - bits);
      return byte >> free === (bytes[index] as number) >> free;
    });
  if (bytes.length === 4) {
    const first = PUBLIC_V4[random % PUBLIC_V4.length] as number;
    return V4.find(isIn) ?? { start: [first], bits: 8 };
  }
  const isLoopback = bytes.every((byte, index) => byte === (index === 15 ? 1 : 0));
  return isLoopback ? MAPPED_LOOPBACK : (V6.find(isIn) ?? PUBLIC_V6);
}
