import { NAME_CLASSES, type NameClass } from './name-classes.js';

/**
 * What a column or key of this name holds, by its words in French, English and transliterated Arabic; undefined when they say nothing.
 * The first line of the table that matches decides.
 */
export function classifyName(name: string): NameClass | undefined {
  const words = wordsOf(name);
  return lookUp(words) ?? lookUp(withoutQualifiers(words));
}

/** `guestFirstName`, `guest_first_name`, `Prénom` → plain lower-case words. */
export function wordsOf(name: string): string[] {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter(Boolean);
}

function lookUp(words: readonly string[]): NameClass | undefined {
  const text = ` ${words.join(' ')} `;
  return NAME_CLASSES.find(({ pattern }) => pattern.test(text))?.class;
}

/** Which one of several, at the end of a name: `phone2`, `email_old`, `username_canonical`, `tel_perso`. */
const QUALIFIERS =
  /^(?:\d+|raw|plain|primary|secondary|principale?|secondaire|pro|perso|personal|work|home|old|new|ancien|nouveau|previous|current|normalized|canonical|lower|masque|enc|encrypted)$/;

function withoutQualifiers(words: readonly string[]): string[] {
  const kept = [...words];
  while (kept.length > 1 && QUALIFIERS.test(kept.at(-1) ?? '')) kept.pop();
  return [...kept.slice(0, -1), (kept.at(-1) ?? '').replace(/(?<=\p{L})\d+$/u, '')];
}
