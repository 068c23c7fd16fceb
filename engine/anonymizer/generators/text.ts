import { countCharacters, cutAt, isSame, LAST_ASCII, readString, writeBytes } from '../byte-text.js';
import { dictionaryOf, writeEntryAt } from '../dictionaries.js';
import { defineGenerator, TEXT_TYPES } from '../generator.js';
import { createRandom, type Random, scale32 } from '../random.js';
import { SHORTEST_TOKEN, writeWithToken } from '../token.js';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const LETTER_A = 0x61;
const LETTER_Z = 0x7a;

export const text = defineGenerator({
  name: 'text',
  family: 'text',
  types: TEXT_TYPES,
  injective: false,
  uniqueLength: SHORTEST_TOKEN,
  describe: 'other words of the same script; lines and their lengths stay',
  maskBytes(from, at, stop, into, to, tools) {
    const hash = tools.hash.range(from, at, stop);
    const random = createRandom(hash);
    let end = rewrite(from, at, stop, into, to, random);
    for (let attempt = 0; attempt < 8 && isSame(from, at, stop, into, to, end); attempt++) {
      end = rewrite(from, at, stop, into, to, random);
    }
    if (tools.isUnique) return writeWithToken(hash, into, to, end, tools);
    return tools.maxLength === undefined ? end : cutAt(into, to, end, tools.maxLength);
  },
});

function rewrite(from: Buffer, at: number, stop: number, into: Buffer, to: number, random: Random): number {
  let end = to;
  let line = at;
  for (let index = at; index <= stop; index++) {
    if (index < stop && from[index] !== NEWLINE) continue;
    end = rewriteLine(from, line, index, into, end, random);
    if (index < stop) into[end++] = NEWLINE;
    line = index + 1;
  }
  return end;
}

/** Words until the line has as many characters as it had; its first letter's case and its last punctuation mark stay. */
function rewriteLine(from: Buffer, at: number, stop: number, into: Buffer, to: number, random: Random): number {
  const mark = markAt(from, at, stop);
  const length = countCharacters(from, at, mark);
  if (length === 0 || isBlank(from, at, stop)) return writeBytes(from, at, stop, into, to);
  const { words } = dictionaryOf(from, at, stop);
  let end = to;
  let made = 0;
  while (made < length) {
    if (made > 0) {
      into[end++] = SPACE;
      if (++made === length) break;
    }
    const start = end;
    const word = scale32(random(), words.count);
    const characters = words.characters[word] as number;
    end = writeEntryAt(words, word, into, end);
    if (made + characters > length) end = cutAt(into, start, end, length - made);
    made += characters;
  }
  if (into[end - 1] === SPACE) into[end - 1] = LETTER_A;
  const first = into[to] as number;
  if (first >= LETTER_A && first <= LETTER_Z && startsUpper(from, at, stop)) into[to] = first - SPACE;
  return writeBytes(from, mark, stop, into, end);
}

/** Where a last `.`, `!`, `?`, `؟` or `…` begins; the end without one. */
function markAt(from: Buffer, at: number, stop: number): number {
  const last = from[stop - 1] as number;
  if (stop - at >= 1 && (last === 0x2e || last === 0x21 || last === 0x3f)) return stop - 1;
  if (stop - at >= 2 && last === 0x9f && from[stop - 2] === 0xd8) return stop - 2;
  if (stop - at >= 3 && last === 0xa6 && from[stop - 2] === 0x80 && from[stop - 3] === 0xe2) return stop - 3;
  return stop;
}

function isBlank(from: Buffer, at: number, stop: number): boolean {
  const first = from[at] as number;
  return (first <= SPACE || first > LAST_ASCII) && readString(from, at, stop).trim() === '';
}

function startsUpper(from: Buffer, at: number, stop: number): boolean {
  const first = from[at] as number;
  return first <= LAST_ASCII
    ? first >= 0x41 && first <= 0x5a
    : /^\p{Lu}/u.test(readString(from, at, Math.min(stop, at + 4)));
}
