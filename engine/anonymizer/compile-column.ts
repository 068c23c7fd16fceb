import type { AnonymizationType } from '../../contracts/anonymization.js';
import { ConfigurationError } from '../../contracts/errors.js';
import type { ColumnPlan, ColumnRule } from '../../contracts/plan.js';
import type { TypeShape } from '../../contracts/schema.js';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { isLowerAscii, LAST_ASCII, maskedRoom } from './byte-text.js';
import { mapArray, mapComposite } from './containers.js';
import { type CustomGenerator, createCustomMasker } from './custom-generator.js';
import { alwaysOf, emptyOf } from './empty-value.js';
import { type Generator, type MaskTools, TEXT_TYPES } from './generator.js';
import { GENERATORS } from './generators/index.js';
import { mapHstore } from './hstore.js';
import { mapJson, rewriteJson } from './json.js';
import { createLeafMaskers, type LeafMaskers } from './leaves.js';
import type { SipHash } from './sip-hash.js';
import type { SourceRow } from './source-row.js';

export interface CompileInput {
  /** `schema.table` */
  table: string;
  column: ColumnPlan;
  /** The hash of a domain. */
  hashOf(domain: string): SipHash;
  generators: Record<string, CustomGenerator>;
  /** What rules that read other columns read. */
  row: SourceRow;
}

/** The masker of one column, or undefined when its bytes pass. @throws ConfigurationError `RULE_INVALID` */
export function compileColumn({ table, column, hashOf, generators, row }: CompileInput): ValueMasker | undefined {
  const { rule, shape } = column;
  if (!rule || rule.type === 'keep') return undefined;
  switch (rule.type) {
    case 'null':
      return alwaysOf(null);
    case 'constant':
      return constantOf(rule, table, column.name);
    case 'empty':
      return emptyMasker(shape, table, column.name);
    case 'custom':
      return mapLeaves(shape, ({ type }) => customMasker({ table, column, hashOf, generators, row, rule, type }), true);
    case 'reference':
      return referenceMasker({ table, column, hashOf, generators, row }, rule);
    default:
      return generatedColumn(rule, shape, hashOf, row) ?? refuse(`${rule.type} cannot mask it`, table, column.name);
  }
}

/** Each row's value is masked as the column that its type says it leads to; one of no declared type as text that nobody knows. */
function referenceMasker(input: CompileInput, rule: ColumnRule): ValueMasker {
  const { typeColumn = '', references = {} } = rule;
  const { column, hashOf, row } = input;
  const maskers = new Map(
    Object.entries(references).map(([type, { shape, rule }]) => [
      type,
      rule && compileColumn({ ...input, column: { name: column.name, shape, rule } }),
    ]),
  );
  const otherwise = generatedColumn({ ...rule, type: 'mask', domain: 'mask' }, column.shape, hashOf, row);
  return (value) => {
    const type = row.valueOf(typeColumn) ?? '';
    const masker = maskers.has(type) ? maskers.get(type) : otherwise;
    return masker ? masker(value) : value;
  };
}

function constantOf({ value }: ColumnRule, table: string, column: string): ValueMasker {
  return value === undefined ? refuse('constant needs a value', table, column) : alwaysOf(value);
}

function emptyMasker(shape: TypeShape, table: string, column: string): ValueMasker {
  return emptyOf(shape) ?? refuse('its type has no empty value', table, column);
}

function refuse(what: string, table: string, column: string): never {
  throw new ConfigurationError('RULE_INVALID', `column ${column} of ${table}: ${what}`);
}

function customMasker(input: CompileInput & { rule: ColumnRule; type: string }): ValueMasker {
  const { table, column, hashOf, generators, row, rule, type } = input;
  const name = rule.generator ?? '';
  const generator = generators[name];
  if (!generator) return refuse(`there is no generator ${name}`, table, column.name);
  const tools = toolsOf(rule, type, hashOf);
  return createCustomMasker({ name, generator, table, column: column.name, tools, row, reads: rule.reads ?? [] });
}

function generatedColumn(
  rule: ColumnRule,
  shape: TypeShape,
  hashOf: CompileInput['hashOf'],
  row: SourceRow,
): ValueMasker | undefined {
  const leaves = createLeafMaskers({ paths: rule.paths ?? {}, maskerOf: (type) => leafMasker(type, rule, hashOf) });
  return mapLeaves(shape, ({ type, path }) => {
    if (type === 'json' || type === 'jsonb') return rule.type === 'json' ? jsonMasker(leaves, () => 'null') : undefined;
    if (type === 'hstore') return rule.type === 'json' ? (value) => mapHstore(value, leaves) : undefined;
    if (rule.type !== 'json') return generatedText(rule, type, hashOf, row);
    const generated = generatedText({ ...rule, type: 'mask', domain: 'mask', isUnique: false }, type, hashOf);
    if (path.length > 0) {
      if (TEXT_TYPES.includes(type)) return path.reduce((node, key) => node.child(key), leaves.root).text;
      if (type === 'uuid') return undefined; // in here, it identifies a row
      return GENERATORS.ip?.types.includes(type)
        ? generatedText({ ...rule, type: 'ip', domain: 'ip', isUnique: false }, type, hashOf)
        : generated;
    }
    return generated && jsonMasker(leaves, generated);
  });
}

/** Text that should be JSON and is not gets masked as a whole. */
function jsonMasker(leaves: LeafMaskers, otherwise: ValueMasker): ValueMasker {
  const masker: ValueMasker = (value) => mapJson(value, leaves) ?? otherwise(value);
  masker.bytes = (from, at, stop, out) => rewriteJson(from, at, stop, out, leaves);
  return masker;
}

/** The masker of leaves inside json, hstore and composites: each generator in its family's domain, as columns have it by default. */
function leafMasker(
  type: AnonymizationType,
  { preserveFormat, caseSensitive = [] }: ColumnRule,
  hashOf: CompileInput['hashOf'],
): ValueMasker | undefined {
  if (type === 'keep') return undefined;
  if (type === 'null') return () => null;
  if (type === 'empty') return () => '';
  const domain = GENERATORS[type]?.family ?? 'mask';
  const known = GENERATORS[type] ? type : 'mask';
  const isUnique = GENERATORS[known]?.letterCase === 'folds' && caseSensitive.includes(domain);
  return generatedText({ type: known, domain, isUnique, preserveFormat }, 'text', hashOf);
}

function generatedText(
  rule: ColumnRule,
  type: string,
  hashOf: CompileInput['hashOf'],
  row?: SourceRow,
): ValueMasker | undefined {
  const generator = GENERATORS[rule.type];
  if (!generator?.types.includes(type)) return undefined;
  const tools = toolsOf(rule, type, hashOf, row);
  // Where case or trailing blanks do not tell values apart, they must not tell masked values apart.
  const isFolded = rule.foldsCase === true && generator.letterCase !== 'folds';
  const maskText =
    type === 'bpchar'
      ? (value: string) => generator.mask(value.trimEnd(), tools)
      : (value: string) => generator.mask(value, tools);
  const mask =
    type === 'citext'
      ? (value: string) => maskText(value.toLowerCase())
      : isFolded
        ? (value: string) => inCaseOf(value, maskText(value.toLowerCase()), generator)
        : maskText;
  const masker: ValueMasker = (value) => (isBlank(value) ? value : mask(value));
  const { maskBytes } = generator;
  const isPlain = PLAIN[type];
  if (isPlain) {
    masker.bytes = (from, at, stop, out) => {
      if (stop === at || maybeBlank(from[at] as number) || !isPlain(from, at, stop)) return false;
      if (isFolded && !isLowerAscii(from, at, stop)) return false;
      out.reserve(maskedRoom(stop - at));
      out.length = maskBytes(from, at, stop, out.bytes, out.length, tools);
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
  if (letterCase !== 'keeps' || masked.length !== value.length) return masked;
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

function toolsOf(rule: ColumnRule, type: string, hashOf: CompileInput['hashOf'], row?: SourceRow): MaskTools {
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

interface LeafPlace {
  /** Scalar type. */
  type: string;
  /** Names of the composite fields on the way. */
  path: readonly string[];
}

/** Carries a masker of scalars through arrays and composites; undefined when no leaf has one. */
function mapLeaves(
  shape: TypeShape,
  maskerAt: (place: LeafPlace) => ValueMasker | undefined,
  isWholeComposite = false,
  path: readonly string[] = [],
): ValueMasker | undefined {
  if (shape.kind === 'array') {
    const element = mapLeaves(shape.element, maskerAt, isWholeComposite, path);
    if (!element) return undefined;
    const masker: ValueMasker = (value) => mapArray(value, shape.delimiter, element);
    masker.elements = element;
    return masker;
  }
  if (shape.kind === 'composite' && !isWholeComposite) {
    const fields = shape.fields.map(({ name, type }) => mapLeaves(type, maskerAt, false, [...path, name]));
    return fields.some(Boolean) ? (value) => mapComposite(value, fields) : undefined;
  }
  if (shape.kind === 'scalar') return maskerAt({ type: shape.name, path });
  return isWholeComposite ? maskerAt({ type: shape.kind, path }) : undefined;
}
