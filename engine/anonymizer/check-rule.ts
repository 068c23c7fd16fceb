import type { AnonymizationRule } from '../../contracts/anonymization.js';
import type { TypeShape } from '../../contracts/schema.js';
import { checkReads } from './check-reads.js';
import type { ColumnFacts } from './column-facts.js';
import { emptyOf } from './empty-value.js';
import type { Generator } from './generator.js';
import { GENERATORS } from './generators/index.js';
import { TOKEN_LENGTH } from './token.js';

const LEAF_CONTAINERS = ['json', 'jsonb', 'hstore'];

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
  { column, owner, isUnique }: ColumnFacts,
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
    case 'custom':
      if (!rule.customGenerator) return 'custom needs customGenerator';
      return generators.includes(rule.customGenerator)
        ? undefined
        : `there is no generator ${rule.customGenerator} in the configuration`;
    default:
      return checkGenerator(rule, { shape, type, isUnique, maxLength, rows: owner.estimatedRows });
  }
}

interface GeneratorPlace {
  shape: TypeShape;
  type: string;
  isUnique: boolean;
  maxLength: number | undefined;
  /** As statistics have it; negative when there are none. */
  rows: number;
}

function checkGenerator({ anonymizationType }: AnonymizationRule, place: GeneratorPlace): string | undefined {
  const { shape, type, isUnique, maxLength } = place;
  const generator = GENERATORS[anonymizationType];
  if (!canMask(shape, generator ? generator.types : jsonTypes())) return `${anonymizationType} cannot mask ${type}`;
  if (!isUnique) return undefined;
  if (!generator || generator.uniqueLength === Infinity)
    return `${anonymizationType} does not keep the values of a unique column different`;
  return maxLength === undefined ? undefined : checkRoom(generator, maxLength, place.rows);
}

/** A generator that is not injective keeps values different by a token, which a short column cuts. */
function checkRoom({ name, injective, uniqueLength }: Generator, maxLength: number, rows: number): string | undefined {
  const needs = (length: number) => `a unique ${name} needs at least ${length} characters, and it has ${maxLength}`;
  const isShort = maxLength < uniqueLength;
  if (injective) return isShort ? needs(uniqueLength) : undefined;
  const values = TOKEN_SYMBOLS ** maxLength;
  const isCrowded = maxLength < TOKEN_LENGTH && rows ** 2 / (2 * values) > MOST_EXPECTED_PAIRS;
  if (!isShort && !isCrowded) return undefined;
  const count = rows < 0 ? 'rows that nobody has counted' : `about ${rows.toLocaleString('en')} rows`;
  return `${needs(isCrowded ? TOKEN_LENGTH : uniqueLength)}: ${values.toLocaleString('en')} values for ${count}`;
}

/** 0-9 and a-z without four letters. */
const TOKEN_SYMBOLS = 32;

/** Of values that meet, which would end the clone at the unique index. */
const MOST_EXPECTED_PAIRS = 0.01;

function jsonTypes(): readonly string[] {
  return [...LEAF_CONTAINERS, ...(GENERATORS.mask?.types ?? []).filter((type) => type !== 'bytea' && type !== 'uuid')];
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
