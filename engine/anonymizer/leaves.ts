import type { AnonymizationType } from '../../contracts/anonymization.js';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { writeBytes } from './byte-text.js';
import { classifyName } from './classify-name.js';
import { isStructural } from './structural.js';

/** Masks the leaf at a path of keys. `undefined` is "as it is". */
export type LeafMasker = ValueMasker | undefined;

/** One path of keys, and the ways on from it. */
export interface LeafNode {
  /** Of a text leaf. */
  readonly text: LeafMasker;
  /** Of a number: only where a rule or the key's name says that it is personal. */
  readonly number: LeafMasker;
  /** The last key of the path, as UTF-8. */
  readonly key: Buffer;
  child(key: string): LeafNode;
  /** The child that was met first, second, … */
  childAt(order: number): LeafNode | undefined;
}

export interface LeafMaskers {
  root: LeafNode;
  /** Of a key that is itself personal data (`{"a@b.dz": …}`). */
  key(key: string): string;
}

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
  const maskersAt = (path: readonly string[]) => {
    const rule = ruleOf(path);
    const named = classifyName(path.at(-1) ?? '');
    const numberType = rule ?? (named?.isPersonal ? named.type : undefined);
    const textType = rule ?? (named && named.type !== 'keep' ? named.type : 'mask');
    return {
      text: rule || named?.isBirth ? maskerOf(textType) : unlessStructural(maskerOf(textType)),
      number: numberType && maskerOf(numberType),
    };
  };
  let kept = 0;
  const nodeAt = (path: readonly string[]): LeafNode => {
    const children = new Map<string, LeafNode>();
    const inOrder: LeafNode[] = [];
    return {
      ...maskersAt(path),
      key: Buffer.from(path.at(-1) ?? ''),
      childAt: (order) => inOrder[order],
      child(key) {
        const known = children.get(key);
        if (known) return known;
        const node = nodeAt([...path, key]);
        if (kept < KEPT_PATHS) {
          kept++;
          children.set(key, node);
          inOrder.push(node);
        }
        return node;
      },
    };
  };
  const email = maskerOf('email');
  return { root: nodeAt([]), key: (key) => (key.includes('@') ? (email?.(key) ?? key) : key) };
}

/** Keys can be data, so the number of paths has no limit of its own. */
const KEPT_PATHS = 10_000;

function unlessStructural(masker: LeafMasker): LeafMasker {
  if (!masker) return undefined;
  const unless: ValueMasker = (value) => {
    const bytes = Buffer.from(value);
    return isStructural(bytes, 0, bytes.length) ? value : masker(value);
  };
  const { bytes } = masker;
  if (bytes) {
    unless.bytes = (from, at, stop, out) => {
      if (!isStructural(from, at, stop)) return bytes(from, at, stop, out);
      out.reserve(stop - at);
      out.length = writeBytes(from, at, stop, out.bytes, out.length);
      return true;
    };
  }
  return unless;
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
