import { type BytesMask, writeBytes } from '../byte-text.js';
import { defineGenerator, type MaskTools, TEXT_TYPES } from '../generator.js';

const LENGTH = 36;

export const uuid = defineGenerator({
  name: 'uuid',
  family: 'uuid',
  types: [...TEXT_TYPES, 'uuid'],
  injective: true,
  uniqueLength: LENGTH,
  leastLength: LENGTH,
  describe: 'another uuid, of version 4',
  maskBytes(from, at, stop, into, to, tools) {
    return Math.min(writeOtherUuid(from, at, stop, into, to, tools), to + (tools.maxLength ?? LENGTH));
  },
});

const HEX = Buffer.from('0123456789abcdef');
const HYPHEN = 0x2d;
/** Of its 36 characters. */
const HYPHENS = [8, 13, 18, 23];
const MIDDLE = 17;
const VERSION = 14;
const VARIANT = 19;

/** 122 bits of two hashes: of the value, and of the value behind the first half of the result. */
export const writeOtherUuid: BytesMask<MaskTools> = (from, at, stop, into, to, { hash }) => {
  let bits = hash.range(from, at, stop).high;
  let more = hash.low;
  let left = 8;
  for (let place = 0; place < LENGTH; place++) {
    if (HYPHENS.includes(place)) {
      into[to + place] = HYPHEN;
      continue;
    }
    into[to + place] = HEX[bits >>> 28] as number;
    bits <<= 4;
    if (--left > 0) continue;
    if (place === MIDDLE)
      ({ high: bits, low: more } = hash.range(into, to, writeBytes(from, at, stop, into, to + place + 1)));
    else bits = more;
    left = 8;
  }
  into[to + VERSION] = 0x34;
  into[to + VARIANT] = 0x61;
  return to + LENGTH;
};
