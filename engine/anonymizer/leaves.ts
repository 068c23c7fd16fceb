import type { AnonymizationType } from '../../contracts/anonymization.js';
import { classifyName } from './classify-name.js';

/** Masks the leaf at a path of keys. `undefined` is "as it is". */
export type LeafMasker = ((value: string) => string | null) | undefined;

export interface LeafMaskers {
  /** Of a text leaf. */
  textAt(path: readonly string[]): LeafMasker;
  /** Of a number: only where a rule or the key's name says that it is personal. */
  numberAt(path: readonly string[]): LeafMasker;
  /** Of a key that is itself personal data (`{"a@b.dz": …}`). */
  key(key: string): string;
}

/** What is neither personal nor free text, and would break its reader: identifiers of rows, dates and times. */
const STRUCTURAL_VALUE =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?)$/i;

export interface LeafRules {
  paths: Record<string, AnonymizationType>;
  /** The masker of a generator, in its own domain. */
  maskerOf(type: AnonymizationType): LeafMasker;
}

/**
 * Chooses by path: first the rule's own paths, then what the last key's name says (so an e-mail in an audit row becomes the one of its table),
 * then `mask`. Numbers stay unless one of the first two speaks. UUIDs and ISO dates that no rule names stay.
 */
export function createLeafMaskers({ paths, maskerOf }: LeafRules): LeafMaskers {
  const patterns = Object.entries(paths).map(([path, type]) => ({ segments: path.split('.'), type }));
  const ruleOf = (path: readonly string[]) => patterns.find(({ segments }) => matches(segments, path))?.type;
  const cache = new Map<string, { text: LeafMasker; number: LeafMasker }>();
  const at = (path: readonly string[]) => {
    const cached = cache.get(path.join('\0'));
    if (cached) return cached;
    const rule = ruleOf(path);
    const named = classifyName(path.at(-1) ?? '');
    const numberType = rule ?? (named?.isPersonal ? named.type : undefined);
    const textType = rule ?? (named && named.type !== 'keep' ? named.type : 'mask');
    const found = {
      text: rule || named?.isBirth ? maskerOf(textType) : unlessStructural(maskerOf(textType)),
      number: numberType && maskerOf(numberType),
    };
    if (cache.size < CACHED_PATHS) cache.set(path.join('\0'), found);
    return found;
  };
  return {
    textAt: (path) => at(path).text,
    numberAt: (path) => at(path).number,
    key: (key) => (key.includes('@') ? (maskerOf('email')?.(key) ?? key) : key),
  };
}

/** Keys can be data, so the number of paths has no limit of its own. */
const CACHED_PATHS = 10_000;

function unlessStructural(masker: LeafMasker): LeafMasker {
  return masker && ((value) => (STRUCTURAL_VALUE.test(value) ? value : masker(value)));
}

/** `*` is one key, `**` any number of them. A path that names a container holds for everything in it. Arrays have no segment of their own. */
function matches(pattern: readonly string[], path: readonly string[]): boolean {
  const [segment, ...rest] = pattern;
  if (segment === undefined) return true;
  if (segment === '**') {
    for (let skip = 0; skip <= path.length; skip++) if (matches(rest, path.slice(skip))) return true;
    return false;
  }
  const [key, ...deeper] = path;
  return key !== undefined && (segment === '*' || segment === key) && matches(rest, deeper);
}
