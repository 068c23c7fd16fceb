import type { ColumnRule } from '../../contracts/plan.js';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { appendMasked, isLowerAscii, LAST_ASCII } from './byte-text.js';
import type { Generator, MaskTools } from './generator.js';
import { GENERATORS } from './generators/index.js';
import { withoutPadding } from './padding.js';
import type { SipHash } from './sip-hash.js';
import type { SourceRow } from './source-row.js';

/** The hash of a domain. */
export type HashOf = (domain: string) => SipHash;

/** The masker of a rule's generator for values of one scalar type; undefined when it cannot make one. */
export function generatedText(
  rule: ColumnRule,
  type: string,
  hashOf: HashOf,
  row?: SourceRow,
): ValueMasker | undefined {
  const generator = GENERATORS[rule.type];
  if (!generator?.types.includes(type)) return undefined;
  const tools = toolsOf(rule, type, hashOf, row);
  // Where case or trailing blanks do not tell values apart, they must not tell masked values apart.
  const isFolded = rule.foldsCase === true && generator.letterCase !== 'folds';
  const maskText = (value: string) => generator.mask(value, tools);
  const maskFolded =
    type === 'citext'
      ? (value: string) => maskText(value.toLowerCase())
      : isFolded
        ? (value: string) => inCaseOf(value, maskText(value.toLowerCase()), generator)
        : maskText;
  const mask = type === 'bpchar' ? (value: string) => maskFolded(withoutPadding(value)) : maskFolded;
  const masker: ValueMasker = (value) => (isBlank(value) ? value : mask(value));
  const { maskBytes } = generator;
  const isPlain = PLAIN[type];
  if (isPlain) {
    masker.bytes = (from, at, stop, out) => {
      if (stop === at || maybeBlank(from[at] as number) || !isPlain(from, at, stop)) return false;
      if (isFolded && !isLowerAscii(from, at, stop)) return false;
      appendMasked(maskBytes, from, at, stop, out, tools);
      return true;
    };
  }
  return masker;
}

/** Whether a value's bytes are what its type compares: masked as they are, they need not become a string. */
const PLAIN: Record<string, (bytes: Buffer, at: number, stop: number) => boolean> = {
  text: () => true,
  varchar: () => true,
  citext: isLowerAscii,
  bpchar: (bytes, _at, stop) => (bytes[stop - 1] as number) > SPACE && (bytes[stop - 1] as number) <= LAST_ASCII,
};

/** Letters upper or lower case as they were, where the generator keeps them in their places. */
function inCaseOf(value: string, masked: string, { letterCase }: Generator): string {
  if (letterCase !== 'keeps' || masked.length !== value.length || value === value.toLowerCase()) return masked;
  if (value === value.toUpperCase()) return masked.toUpperCase();
  return Array.from(masked, (letter, at) => (/\p{Lu}/u.test(value.charAt(at)) ? letter.toUpperCase() : letter)).join(
    '',
  );
}

const SPACE = 0x20;

function isBlank(value: string): boolean {
  const first = value.charCodeAt(0);
  return !(first > SPACE && first <= LAST_ASCII) && value.trim() === '';
}

/** Blanks beyond ASCII begin with one of these bytes, as other characters do. */
function maybeBlank(first: number): boolean {
  return first <= SPACE || first === 0xc2 || first >= 0xe0;
}

/** What a generator is told of its column. */
export function toolsOf(rule: ColumnRule, type: string, hashOf: HashOf, row?: SourceRow): MaskTools {
  const { domain, isUnique, preserveFormat, maxLength, precision, relatedBy, currencyColumn, foldsCase = false } = rule;
  return {
    hash: hashOf(domain),
    type,
    isUnique,
    preserveFormat,
    foldsCase,
    ...(maxLength !== undefined && { maxLength }),
    ...(precision !== undefined && { precision }),
    ...(row && relatedBy !== undefined && { related: () => row.valueOf(relatedBy) }),
    ...(row && currencyColumn !== undefined && { currency: () => row.valueOf(currencyColumn) }),
  };
}
