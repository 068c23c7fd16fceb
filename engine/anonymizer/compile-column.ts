import type { AnonymizationType } from '../../contracts/anonymization.js';
import { ConfigurationError } from '../../contracts/errors.js';
import type { ColumnPlan, ColumnRule } from '../../contracts/plan.js';
import type { TypeShape } from '../../contracts/schema.js';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { type CustomGenerator, createCustomMasker } from './custom-generator.js';
import { alwaysOf, emptyOf } from './empty-value.js';
import { TEXT_TYPES } from './generator.js';
import { GENERATORS } from './generators/index.js';
import { mapHstore } from './hstore.js';
import { jsonMasker, jsonTextMasker } from './json-masker.js';
import { createLeafMaskers } from './leaves.js';
import { mapLeaves } from './map-leaves.js';
import type { SourceRow } from './source-row.js';
import { generatedText, type HashOf, toolsOf } from './text-masker.js';

export interface CompileInput {
  /** `schema.table` */
  table: string;
  column: ColumnPlan;
  hashOf: HashOf;
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

function generatedColumn(rule: ColumnRule, shape: TypeShape, hashOf: HashOf, row: SourceRow): ValueMasker | undefined {
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
    return generated && jsonTextMasker(leaves, generated, rule.maxLength);
  });
}

/** The masker of leaves inside json, hstore and composites: each generator in its family's domain and like its columns. */
function leafMasker(
  type: AnonymizationType,
  { preserveFormat, uniqueLeaves = [], foldedLeaves = [] }: ColumnRule,
  hashOf: HashOf,
): ValueMasker | undefined {
  if (type === 'keep') return undefined;
  if (type === 'null') return () => null;
  if (type === 'empty') return () => '';
  const domain = GENERATORS[type]?.family ?? 'mask';
  const known = GENERATORS[type] ? type : 'mask';
  const isUnique = uniqueLeaves.includes(known);
  const isFolded = foldedLeaves.includes(known);
  return generatedText(
    { type: known, domain, isUnique, preserveFormat, ...(isFolded && { foldsCase: true }) },
    'text',
    hashOf,
  );
}
