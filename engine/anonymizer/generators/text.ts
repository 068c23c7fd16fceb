import { dictionaryOf } from '../dictionaries.js';
import { defineGenerator, type MaskTools, TEXT_TYPES } from '../generator.js';
import { createRandom, type Random } from '../random.js';
import { SHORTEST_TOKEN, token, withToken } from '../token.js';

export const text = defineGenerator({
  name: 'text',
  family: 'text',
  types: TEXT_TYPES,
  injective: false,
  uniqueLength: SHORTEST_TOKEN,
  describe: 'other words of the same script; lines and their lengths stay',
  mask(value, tools) {
    const suffix = token(tools.hash, value);
    const random = createRandom(tools.hash);
    let masked = rewrite(value, random);
    for (let attempt = 0; masked === value && attempt < 8; attempt++) masked = rewrite(value, random);
    return tools.isUnique ? withToken(masked, suffix, tools) : clip(masked, tools);
  },
});

/** A character beyond 16 bits counts once in the column and twice in a string. */
function clip(masked: string, { maxLength = Infinity }: MaskTools): string {
  return masked.length <= maxLength ? masked : masked.slice(0, maxLength);
}

function rewrite(value: string, random: Random): string {
  if (!value.includes('\n')) return rewriteLine(value, random);
  return value
    .split('\n')
    .map((line) => rewriteLine(line, random))
    .join('\n');
}

/** Words until the line is as long as it was; its first letter's case and its last punctuation mark stay. */
function rewriteLine(line: string, random: Random): string {
  if (line.trim() === '') return line;
  const { words } = dictionaryOf(line);
  const end = /[.!?؟…]$/.test(line) ? line.slice(-1) : '';
  const length = line.length - end.length;
  if (length === 0) return line;
  let masked = '';
  while (masked.length < length) masked += (masked && ' ') + words[random() % words.length];
  masked = masked.slice(0, length);
  if (masked.endsWith(' ')) masked = `${masked.slice(0, -1)}a`;
  if (/^\p{Lu}/u.test(line)) masked = masked.charAt(0).toUpperCase() + masked.slice(1);
  return masked + end;
}
