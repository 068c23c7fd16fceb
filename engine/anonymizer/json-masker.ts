import type { ValueMasker } from '../../contracts/value-masker.js';
import { readString } from './byte-text.js';
import { looksLikeJson, mapJson, rewriteJson } from './json.js';
import type { LeafMaskers } from './leaves.js';
import { withoutPadding } from './padding.js';

/** Masks documents of json and jsonb; what rewriting takes for none becomes what `otherwise` makes of it. */
export function jsonMasker(leaves: LeafMaskers, otherwise: ValueMasker): ValueMasker {
  const masker: ValueMasker = (value) => mapJson(value, leaves) ?? otherwise(value);
  masker.bytes = (from, at, stop, out) => rewriteJson(from, at, stop, out, leaves);
  return masker;
}

/**
 * Of text, what is no document gets masked as a whole: a number alone may be anybody's. So does a document that would become longer than its column:
 * cut, it would be none any more.
 */
export function jsonTextMasker(leaves: LeafMaskers, otherwise: ValueMasker, maxLength = Infinity): ValueMasker {
  const masker: ValueMasker = (value) => {
    const masked = /^[ \t\n\r]*[[{"]/.test(value) ? mapJson(value, leaves) : undefined;
    return masked === undefined || !fits(masked, maxLength) ? otherwise(value) : masked;
  };
  masker.bytes = (from, at, stop, out) => {
    const start = out.length;
    if (!looksLikeJson(from, at, stop) || !rewriteJson(from, at, stop, out, leaves)) return false;
    if (out.length - start <= maxLength || fits(readString(out.bytes, start, out.length), maxLength)) return true;
    out.length = start;
    return false;
  };
  return masker;
}

/** Blanks at the end are left away by PostgreSQL where they do not fit. */
function fits(text: string, maxLength: number): boolean {
  return text.length <= maxLength || Array.from(withoutPadding(text)).length <= maxLength;
}
