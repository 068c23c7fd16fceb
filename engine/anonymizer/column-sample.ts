import { detect } from './detectors.js';

/** What the sampled values of one column have in common: numbers, and no value. */
export interface ColumnSample {
  /** Neither null nor blank. */
  values: number;
  distinct: number;
  /** Words without spaces, all in upper or all in lower case. */
  codes: number;
  /** How many values each detector recognized, by its name. */
  hits: ReadonlyMap<string, number>;
  /** Of json: the same of its texts, by path of keys. Only paths of many documents: a rare key can be data. */
  leaves: ReadonlyMap<string, ColumnSample>;
}

/** Of a value. What it is shows at its beginning. */
export const SAMPLED_CHARACTERS = 300;

export function countTexts(texts: readonly (string | null)[]): ColumnSample {
  const values = texts.flatMap((text) => (text?.trim() ? [text] : []));
  const hits = new Map<string, number>();
  for (const value of values) {
    const name = detect(value)?.name;
    if (name) hits.set(name, (hits.get(name) ?? 0) + 1);
  }
  const codes = values.filter(isCode).length;
  return { values: values.length, distinct: new Set(values).size, codes, hits, leaves: new Map() };
}

function isCode(value: string): boolean {
  return value.length <= 40 && /^(?:[\p{Ll}\d_.:/-]+|[\p{Lu}\d_.:/-]+)$/u.test(value);
}

const FEWEST_DOCUMENTS = 10;
/** Keys can be data, so their number has a limit. */
const MOST_PATHS = 500;

/** The same of the texts in JSON documents, for paths that are in a fifth of them. */
export function countDocuments(texts: readonly (string | null)[]): ColumnSample {
  const documents = texts.flatMap((text) => (text === null ? [] : parse(text)));
  const byPath = new Map<string, string[][]>();
  for (const document of documents) {
    for (const [path, found] of leavesOf(document)) {
      const known = byPath.get(path);
      if (known) known.push(found);
      else if (byPath.size < MOST_PATHS) byPath.set(path, [found]);
    }
  }
  const fewest = Math.max(FEWEST_DOCUMENTS, documents.length / 5);
  const common = [...byPath].filter(([, found]) => found.length >= fewest);
  return { ...countTexts([]), leaves: new Map(common.map(([path, found]) => [path, countTexts(found.flat())])) };
}

/** None for what was cut, and so is not JSON. */
function parse(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

/** Texts by path of keys; what is under a key that is not written like a name is left out. */
function leavesOf(
  value: unknown,
  path: readonly string[] = [],
  leaves = new Map<string, string[]>(),
): Map<string, string[]> {
  if (typeof value === 'string' && path.length > 0) {
    const key = path.join('.');
    leaves.set(key, [...(leaves.get(key) ?? []), value.slice(0, SAMPLED_CHARACTERS)]);
  } else if (Array.isArray(value)) {
    for (const item of value) leavesOf(item, path, leaves);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      if (/^[A-Za-z_][\w-]{0,40}$/.test(key)) leavesOf(member, [...path, key], leaves);
    }
  }
  return leaves;
}
