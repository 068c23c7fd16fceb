import { cutAt, readString, writeString } from '../byte-text.js';
import { defineGenerator, TEXT_TYPES } from '../generator.js';
import { otherAddress, otherNetwork } from '../ip-address.js';
import { mask } from './mask.js';

const LONGEST = 64;

export const ip = defineGenerator({
  name: 'ip',
  family: 'ip',
  types: [...TEXT_TYPES, 'inet', 'cidr'],
  injective: false,
  uniqueLength: Infinity,
  describe: 'another address of the same family; private, loopback and link-local ones stay so; other text is masked',
  maskBytes(from, at, stop, into, to, tools) {
    const change = tools.type === 'cidr' ? otherNetwork : otherAddress;
    const other = stop - at > LONGEST ? undefined : change(readString(from, at, stop), tools.hash);
    if (other === undefined) return mask.maskBytes(from, at, stop, into, to, tools);
    return cutAt(into, to, writeString(other, into, to), tools.maxLength ?? LONGEST);
  },
});
