import type { AnonymizationRule } from '../../contracts/anonymization.js';
import type { TypeShape } from '../../contracts/schema.js';
import { checkReads } from './check-reads.js';
import { type ColumnFacts, isTextLike } from './column-facts.js';
import { emptyOf } from './empty-value.js';
import { type Generator, TEXT_TYPES } from './generator.js';
import { GENERATORS } from './generators/index.js';
import { SHORTEST_TOKEN, TOKEN_LENGTH } from './token.js';

const LEAF_CONTAINERS = ['json', 'jsonb', 'hstore'];
/** What a `json` rule also masks as a field of a composite. */
const FIELD_TYPES = ['bytea', 'inet', 'cidr'];

/** Why a rule cannot hold for a column, or undefined. The reason completes "column x of t: …". */
export function checkRule(
  rule: AnonymizationRule,
  facts: ColumnFacts,
  generators: readonly string[],
): string | undefined {
  return checkType(rule, facts, generators) ?? checkReads(rule, facts);
}

function checkType(
  rule: AnonymizationRule,
  { column, owner, isUnique, uniqueBy }: ColumnFacts,
  generators: readonly string[],
): string | undefined {
  const { shape, isNotNull, type, maxLength } = column;
  switch (rule.anonymizationType) {
    case 'keep':
      return undefined;
    case 'null':
      return isNotNull ? 'null cannot be stored in a NOT NULL column' : undefined;
    case 'constant':
      if (rule.value === undefined) return 'constant needs a value';
      if (isUnique) return 'constant would make every value of a unique column equal';
      if (maxLength !== undefined && Array.from(rule.value).length > maxLength)
        return `its constant has more than the ${maxLength} characters that fit`;
      return shape.kind === 'enum' && !shape.labels.includes(rule.value)
        ? `its constant is not a label of ${type}`
        : undefined;
    case 'empty':
      if (!emptyOf(shape)) return `${type} has no empty value`;
      return isUnique ? 'empty would make every value of a unique column equal' : undefined;
    case 'reference':
      return undefined; // judged when the columns that it leads to are decided: `resolveReferences`
    case 'custom':
      if (!rule.customGenerator) return 'custom needs customGenerator';
      return generators.includes(rule.customGenerator)
        ? undefined
        : `there is no generator ${rule.customGenerator} in the configuration`;
    default:
      return checkGenerator(rule, { shape, type, isUnique, uniqueBy, maxLength, rows: owner.estimatedRows });
  }
}

interface GeneratorPlace {
  shape: TypeShape;
  type: string;
  isUnique: boolean;
  uniqueBy: string | undefined;
  maxLength: number | undefined;
  /** As statistics have it; negative when there are none. */
  rows: number;
}

function checkGenerator({ anonymizationType }: AnonymizationRule, place: GeneratorPlace): string | undefined {
  const { shape, type, isUnique, uniqueBy, maxLength } = place;
  const generator = GENERATORS[anonymizationType];
  const types = generator ? generator.types : jsonTypes();
  if (!canMask(shape, types)) return `${anonymizationType} cannot mask ${type}`;
  const field = unmaskedField(shape, types);
  if (field) return `${anonymizationType} cannot mask its field ${field}`;
  if (!isUnique) return maxLength === undefined || !generator ? undefined : checkLength(generator, maxLength);
  if (!generator || generator.uniqueLength === Infinity)
    return `${anonymizationType} does not keep the values of a unique column different`;
  if (uniqueBy !== undefined)
    return `its unique index on ${uniqueBy} can take for equal what ${anonymizationType} keeps different`;
  return maxLength === undefined ? undefined : checkRoom(generator, maxLength, place.rows);
}

/** What is cut would be of another form, and not what the same value becomes in a wider column. */
function checkLength({ name, leastLength = 0 }: Generator, maxLength: number): string | undefined {
  return maxLength < leastLength
    ? `${name} needs at least ${leastLength} characters, and it has ${maxLength}`
    : undefined;
}

/** What keeps values different by a hash does so by fewer of its characters where the column is short. */
function checkRoom(
  { name, uniqueLength, leastLength = 0 }: Generator,
  maxLength: number,
  rows: number,
): string | undefined {
  const needs = (length: number) => `a unique ${name} needs at least ${length} characters, and it has ${maxLength}`;
  if (maxLength < leastLength && leastLength > uniqueLength) return needs(leastLength);
  if (uniqueLength < SHORTEST_TOKEN) return maxLength < uniqueLength ? needs(uniqueLength) : undefined;
  const beside = uniqueLength - SHORTEST_TOKEN;
  const hashed = maxLength > beside ? maxLength - beside : maxLength;
  const values = hashesOf(hashed);
  const isShort = maxLength < uniqueLength;
  const tooMany = isCrowded(hashed, rows);
  if (!isShort && !tooMany) return undefined;
  const count = rows < 0 ? 'rows that nobody has counted' : `about ${rows.toLocaleString('en')} rows`;
  return `${needs(tooMany ? beside + TOKEN_LENGTH : uniqueLength)}: ${values.toLocaleString('en')} values for ${count}`;
}

/** Whether two rows' hashes can be expected to meet when that many characters of each remain. */
export function isCrowded(characters: number, rows: number): boolean {
  return characters < TOKEN_LENGTH && rows ** 2 / (2 * hashesOf(characters)) > MOST_EXPECTED_PAIRS;
}

function hashesOf(characters: number): number {
  return TOKEN_SYMBOLS ** Math.min(characters, TOKEN_LENGTH);
}

/** 0-9 and a-z without four letters. */
const TOKEN_SYMBOLS = 32;

/** Of values that meet, which would end the clone at the unique index. */
const MOST_EXPECTED_PAIRS = 0.01;

function jsonTypes(): readonly string[] {
  return [...LEAF_CONTAINERS, ...TEXT_TYPES];
}

function canMask(shape: TypeShape, types: readonly string[]): boolean {
  switch (shape.kind) {
    case 'scalar':
      return types.includes(shape.name);
    case 'array':
      return canMask(shape.element, types);
    case 'composite':
      return shape.fields.some(({ type }) => canMask(type, types));
    default:
      return false;
  }
}

/** A composite's field that can hold words, and that the rule would leave as it is: its name and type. */
function unmaskedField(shape: TypeShape, types: readonly string[]): string | undefined {
  if (shape.kind === 'array') return unmaskedField(shape.element, types);
  if (shape.kind !== 'composite') return undefined;
  const inside = types.includes('jsonb') ? [...types, ...FIELD_TYPES] : types;
  for (const { name, type } of shape.fields) {
    const nested = unmaskedField(type, types);
    if (nested) return `${name}.${nested}`;
    if (isTextLike(type) && !canMask(type, inside))
      return `${name} (${type.kind === 'scalar' ? type.name : type.kind})`;
  }
  return undefined;
}
