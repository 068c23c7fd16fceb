import { defineGenerator, type MaskTools, TEXT_TYPES } from '../generator.js';
import { createRandom } from '../random.js';
import { SHORTEST_TOKEN, token, withToken } from '../token.js';

export const mask = defineGenerator({
  name: 'mask',
  family: 'mask',
  types: [...TEXT_TYPES, 'bytea', 'uuid'],
  injective: false,
  uniqueLength: SHORTEST_TOKEN,
  describe: 'letters become x and digits 0, length kept; a uuid becomes another, bytes become other bytes',
  mask(value, tools) {
    if (tools.type === 'uuid') return otherUuid(value, tools);
    if (tools.type === 'bytea') return otherBytes(value, tools);
    const masked = cover(value, 'x', '0');
    const differing = masked === value ? cover(value, 'z', '1') : masked;
    if (!tools.isUnique) return differing;
    return withToken(differing, token(tools.hash, value), { ...tools, separator: '-' });
  },
});

function cover(value: string, letter: string, digit: string): string {
  return value.replace(/[\p{L}\p{M}]/gu, letter).replace(/\p{N}/gu, digit);
}

function otherUuid(value: string, { hash }: MaskTools): string {
  const hex = hexOf(hash.text(value)) + hexOf(hash.text(`${value}/`));
  const version = `4${hex.slice(13, 16)}`;
  const variant = `a${hex.slice(17, 20)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}-${variant}-${hex.slice(20, 32)}`;
}

/** `\x…`, as bytea_output = hex writes it; as many other bytes. */
function otherBytes(value: string, { hash }: MaskTools): string {
  const random = createRandom(hash.text(value));
  const digits = value.length - 2;
  if (digits <= 0) return value;
  for (;;) {
    const parts: string[] = [];
    for (let made = 0; made < digits; made += 8) parts.push(random().toString(16).padStart(8, '0'));
    const masked = `\\x${parts.join('').slice(0, digits)}`;
    if (masked !== value) return masked;
  }
}

function hexOf({ high, low }: { high: number; low: number }): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
