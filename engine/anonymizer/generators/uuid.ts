import { readString, writeString } from '../byte-text.js';
import { defineGenerator, TEXT_TYPES } from '../generator.js';
import type { SipHash } from '../sip-hash.js';

const LENGTH = 36;

export const uuid = defineGenerator({
  name: 'uuid',
  family: 'uuid',
  types: [...TEXT_TYPES, 'uuid'],
  injective: true,
  uniqueLength: LENGTH,
  describe: 'another uuid, of version 4',
  maskBytes(from, at, stop, into, to, { hash, maxLength = LENGTH }) {
    return Math.min(writeString(otherUuid(readString(from, at, stop), hash), into, to), to + maxLength);
  },
});

/** Two hashes of the value; 122 bits of them. */
export function otherUuid(value: string, hash: SipHash): string {
  const hex = hexOf(hash.text(value)) + hexOf(hash.text(`${value}/`));
  const version = `4${hex.slice(13, 16)}`;
  const variant = `a${hex.slice(17, 20)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}-${variant}-${hex.slice(20, 32)}`;
}

function hexOf({ high, low }: SipHash): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
