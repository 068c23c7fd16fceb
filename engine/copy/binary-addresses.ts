import { DataError } from '../../contracts/errors.js';
import { addressBytes, addressText } from '../postgres/inet.js';
import type { BinaryValues } from './binary-values.js';

export const inet = address({ isCidr: false });
export const cidr = address({ isCidr: true });

/** PostgreSQL's numbers for the families, whatever the system's are. */
const V4 = 2;
const V6 = 3;
const HEADER_BYTES = 4;

/** Family, bits of the network, whether it is a cidr, length, the address. Source: network.c. */
function address({ isCidr }: { isCidr: boolean }): BinaryValues {
  return {
    decode(bytes, at, stop) {
      const bits = bytes[at + 1] as number;
      const host = bytes.subarray(at + HEADER_BYTES, stop);
      return isCidr || bits !== host.length * 8 ? `${addressText(host)}/${bits}` : addressText(host);
    },
    encode(value, out) {
      const slash = value.indexOf('/');
      const host = slash < 0 ? value : value.slice(0, slash);
      const bytes = addressBytes(host);
      if (!bytes) {
        throw new DataError('GENERATOR_FAILED', 'the generator made an address in a form that inet does not read');
      }
      const family = bytes.length === 4 ? V4 : V6;
      const bits = slash < 0 ? bytes.length * 8 : Number(value.slice(slash + 1));
      out.reserve(HEADER_BYTES + bytes.length);
      for (const byte of [family, bits, isCidr ? 1 : 0, bytes.length]) out.bytes[out.length++] = byte;
      for (const byte of bytes) out.bytes[out.length++] = byte;
    },
  };
}
