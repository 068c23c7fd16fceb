import type { KnownPeople } from './known-people.js';
import { findForms } from './personal-data.js';
import type { Sight } from './place-tally.js';
import { tokensOf } from './text-tokens.js';
import { unescapedText } from './unescaped-text.js';

/** In a text as it is, and as who reads it as JSON or as a link has it: `\u0040`, `%40`. */
export function findInText(
  text: string,
  people: KnownPeople,
  { mayBeMade }: { mayBeMade: boolean },
): Pick<Sight, 'known' | 'forms'> {
  const tokens = tokensOf(text);
  const known = people.foundIn(text, tokens, { mayBeMade });
  const plain = unescapedText(text);
  if (plain === text) return { known, forms: mayBeMade ? [] : findForms(text, tokens) };
  const plainTokens = tokensOf(plain);
  const knownToo = people.foundIn(plain, plainTokens, { mayBeMade });
  return { known: [...new Set([...known, ...knownToo])], forms: mayBeMade ? [] : findForms(plain, plainTokens) };
}
