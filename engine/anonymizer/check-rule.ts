import type { AnonymizationRule } from '../../contracts/anonymization.js';
import type { TypeShape } from '../../contracts/schema.js';
import type { ColumnFacts } from './column-facts.js';
import { emptyOf } from './empty-value.js';
import { GENERATORS } from './generators/index.js';

const LEAF_CONTAINERS = ['json', 'jsonb', 'hstore'];

/** Why a rule cannot hold for a column, or undefined. The reason completes "column x of t: …". */
export function checkRule(
  rule: AnonymizationRule,
  { column, isUnique }: ColumnFacts,
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
      return checkGenerator(rule, { shape, type, isUnique, maxLength });
  }
}

interface GeneratorPlace {
  shape: TypeShape;
  type: string;
  isUnique: boolean;
  maxLength: number | undefined;
}

function checkGenerator({ anonymizationType }: AnonymizationRule, place: GeneratorPlace): string | undefined {
  const { shape, type, isUnique, maxLength } = place;
  const generator = GENERATORS[anonymizationType];
  if (!canMask(shape, generator ? generator.types : jsonTypes())) return `${anonymizationType} cannot mask ${type}`;
  if (!isUnique) return undefined;
  if (!generator) return 'json does not keep the values of a unique column different';
  if (maxLength !== undefined && maxLength < generator.uniqueLength)
    return `a unique ${anonymizationType} needs at least ${generator.uniqueLength} characters, and it has ${maxLength}`;
  return undefined;
}

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
