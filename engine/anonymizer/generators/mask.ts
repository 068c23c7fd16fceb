import { characterBytes, readString, writeBytes, writeString } from '../byte-text.js';
import { defineGenerator, type MaskTools, TEXT_TYPES } from '../generator.js';
import { createRandom } from '../random.js';
import { SHORTEST_TOKEN, writeWithToken } from '../token.js';
import { writeOtherUuid } from './uuid.js';

const HYPHEN = 0x2d;

export const mask = defineGenerator({
  name: 'mask',
  family: 'mask',
  types: [...TEXT_TYPES, 'bytea', 'uuid'],
  injective: false,
  uniqueLength: SHORTEST_TOKEN,
  describe: 'letters become x and digits 0, length kept; a uuid becomes another, bytes become other bytes',
  maskBytes(from, at, stop, into, to, tools) {
    if (tools.type === 'uuid') return writeOtherUuid(from, at, stop, into, to, tools);
    if (tools.type === 'bytea') return writeString(otherBytes(readString(from, at, stop), tools), into, to);
    let end = cover(from, at, stop, into, to, USUAL);
    if (end < 0) end = cover(from, at, stop, into, to, OTHER);
    const hash = tools.isUnique && tools.hash.range(from, at, stop);
    return hash ? writeWithToken(hash, into, to, Math.abs(end), { ...tools, separator: HYPHEN }) : Math.abs(end);
  },
});

interface Cover {
  letter: number;
  digit: number;
}

const USUAL: Cover = { letter: 0x78, digit: 0x30 };
/** For values that are covered already. */
const OTHER: Cover = { letter: 0x7a, digit: 0x31 };

/** Covers each letter and digit. Returns where it ends; negative when nothing changed. */
function cover(from: Buffer, start: number, stop: number, into: Buffer, to: number, { letter, digit }: Cover) {
  let end = to;
  let isChanged = false;
  for (let at = start; at < stop; ) {
    const byte = from[at] as number;
    const length = characterBytes(byte);
    const kind = length === 1 ? (KINDS[byte] as number) : kindOf(readString(from, at, at + length));
    if (kind === OTHER_KIND) {
      end = writeBytes(from, at, at + length, into, end);
    } else {
      const covered = kind === LETTER ? letter : digit;
      if (covered !== byte) isChanged = true;
      into[end++] = covered;
    }
    at += length;
  }
  return isChanged ? end : -end;
}

const OTHER_KIND = 0;
const LETTER = 1;
const DIGIT = 2;
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => kindOf(String.fromCharCode(code)));

function kindOf(character: string): number {
  if (/[\p{L}\p{M}]/u.test(character)) return LETTER;
  return /\p{N}/u.test(character) ? DIGIT : OTHER_KIND;
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
