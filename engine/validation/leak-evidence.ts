import type { AnonymizationType } from '../../contracts/anonymization.js';
import { quoteIdentifier, quoteLiteral } from '../postgres/quote.js';
import { coincidenceOf, isJson, isTextType, type LeakSubject, type MaskedColumn } from './leak-subjects.js';

/**
 * SQL: a masked column's text (of the row `t`), NULL where finding it again would prove nothing: too short, without a letter or digit, or without anything
 * that its rule had to change.
 */
export function evidenceOf(column: MaskedColumn, subject: LeakSubject): string {
  const text = textOf(column);
  const { minLength } = coincidenceOf(column, subject);
  return `case when length(${text}) >= ${minLength} and ${hasContent(column, text, subject)} then ${text} end`;
}

/** SQL: the same text, NULL only where it is too short: what could equal an evidence, found without patterns. */
export function candidateOf(column: MaskedColumn, subject: LeakSubject): string {
  const text = textOf(column);
  return `case when length(${text}) >= ${coincidenceOf(column, subject).minLength} then ${text} end`;
}

/** jsonb has one text form; in json the spaces do not matter. Of a composite, the fields that are text. */
function textOf({ name, shape, rule }: MaskedColumn): string {
  const column = `t.${quoteIdentifier(name)}`;
  if (shape.kind === 'composite') {
    const kept = new Set(keptKeys(rule.paths));
    const fields = shape.fields.filter((field) => isTextType(field.type) && !kept.has(field.name));
    const texts = fields.map((field) => unlessStructural(`(${column}).${quoteIdentifier(field.name)}::text`));
    return texts.length > 0 ? `concat_ws(' ', ${texts.join(', ')})` : 'null::text';
  }
  if (rule.type === 'reference') return referenceText(column, { name, shape, rule });
  const isJsonText = isJson(shape) ? shape.name === 'json' : rule.type === 'json';
  return isJsonText ? `translate(${column}::text, E' \\t\\n\\r', '')` : `${column}::text`;
}

/** Of rows that lead to a column which is masked; of a text, also those that lead where nobody said. */
function referenceText(column: string, { shape, rule: { typeColumn = '', references = {} } }: MaskedColumn): string {
  const type = `t.${quoteIdentifier(typeColumn)}::text`;
  const isText = isTextType(shape);
  const listed = Object.entries(references).flatMap(([name, { rule }]) =>
    (rule === undefined) === isText ? [quoteLiteral(name)] : [],
  );
  if (listed.length === 0) return isText ? `${column}::text` : 'null::text';
  return `case when ${type} in (${listed.join(', ')}) then ${isText ? 'null' : `${column}::text`} ${isText ? `else ${column}::text ` : ''}end`;
}

function hasContent({ shape, rule }: MaskedColumn, text: string, { isUnicode }: LeakSubject): string {
  const symbols = isUnicode ? SYMBOLS : '';
  if (isJson(shape)) return hasMaskableLeaf(text, { kept: keptKeys(rule.paths), symbols });
  if (rule.type === 'json' && shape.kind === 'scalar') {
    const hasLeaf = hasMaskableLeaf(text, { kept: keptKeys(rule.paths), symbols });
    // What is no document is masked as a whole.
    return `case when ${text} ~ ${quoteLiteral('^[[{"]')} then ${hasLeaf} else ${hasWords(text, symbols)} end`;
  }
  if (shape.kind === 'array') return `length(regexp_replace(${text}, 'NULL|[{},"[:space:]]', '', 'g')) >= 2`;
  const steady = shape.kind === 'scalar' && STEADY[rule.type];
  return `${steady ? `${text} !~ ${quoteLiteral(steady)} and ` : ''}${hasWords(text, symbols)}`;
}

/** In the C collation letters beyond ASCII are no punctuation, in whatever language. */
function hasWords(text: string, symbols: string): string {
  return `${text} collate "C" ~ ${quoteLiteral(`[^[:punct:][:space:]${symbols}]`)}`;
}

/** What date and number generators leave as it is: infinity, years that stand for "never", zeros and numbers of a digit or two. */
const NEVER_OR_BC = '^(?:0|9\\d{3}-|\\d{5}|-?infinity)|BC$';
const STEADY: { readonly [type in AnonymizationType]?: string } = {
  birthDate: NEVER_OR_BC,
  date: NEVER_OR_BC,
  amount: '^(?![^1-9]*[1-9]\\D*\\d\\D*\\d)',
  // Networks so large that they name nobody, and may be all of their kind.
  ip: '^(?:[0-9.]+/(?:\\d|1\\d|2[0-3])|[0-9a-f:.]*:[0-9a-f:.]*/(?:\\d|[1-3]\\d|4[0-7]))$',
};

/** A document without its keys, what its rule keeps, UUIDs, dates and strings of punctuation still has a quote: of a string that masking had to change. */
function hasMaskableLeaf(text: string, { kept, symbols }: { kept: readonly string[]; symbols: string }): string {
  const names = kept.map((name) =>
    JSON.stringify(name)
      .slice(1, -1)
      .replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'),
  );
  const key = `"(?:${names.join('|')})"\\s*:`;
  const withoutKept = names.length > 0 ? without(text, `${key}\\s*${FLAT_VALUE}`) : text;
  const rest = without(without(without(withoutKept, `"${STRUCTURAL}"`), KEY), withoutContent(symbols));
  const hasLeaf = `strpos(${rest}, '"') > 0`;
  // A kept value that is nested deeper cannot be taken out by a pattern.
  return names.length > 0 ? `(${withoutKept} !~ ${quoteLiteral(key)} and ${hasLeaf})` : hasLeaf;
}

function without(text: string, pattern: string): string {
  return `regexp_replace(${text}, ${quoteLiteral(pattern)}, '', 'g')`;
}

function unlessStructural(text: string): string {
  return `case when ${text} !~ ${quoteLiteral(`^${STRUCTURAL}$`)} then ${text} end`;
}

/** What masking leaves as it is inside documents: identifiers of rows, dates and times. */
const STRUCTURAL =
  '(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\\d{4}-\\d\\d-\\d\\d(?:[T ]?\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?:Z|[+-]\\d\\d(?::?\\d\\d)?)?)?)';
const KEY = '"(?:[^"\\\\]|\\\\.)*"\\s*:';
const FLAT_VALUE = '(?:"(?:[^"\\\\]|\\\\.)*"|\\[[^][{}]*\\]|\\{[^][{}]*\\}|[-a-z0-9][^][{}",]*)';
/** Signs and pictures, which masking leaves as they are: they are neither letters nor digits. */
const SYMBOLS =
  '\\u0080-\\u00a9\\u00ab-\\u00b1\\u00b4\\u00b6-\\u00b8\\u00bb\\u00bf\\u00d7\\u00f7\\u2000-\\u206f\\u20a0-\\u20cf\\u2190-\\u23ff\\u2500-\\u2bff\\u3000-\\u3004\\ufe00-\\ufe0f\\U0001f000-\\U0001faff';

function withoutContent(symbols: string): string {
  return `"(?:[-!#$%&'()*+,./:;<=>?@^_\`{|}~[:space:]${symbols}]|\\\\[nrtbf"/\\\\])*"`;
}

/** The last name of each path that a rule keeps: `owner.status` and `**.status` both keep `status`. */
function keptKeys(paths: Record<string, string> = {}): string[] {
  const kept = Object.entries(paths).filter(([, type]) => type === 'keep');
  return kept.flatMap(
    ([path]) =>
      path
        .split('.')
        .filter((part) => !/^\*+$/.test(part))
        .at(-1) ?? [],
  );
}
