import type { AnonymizationRule } from '../../contracts/anonymization.js';
import { type ColumnRule, columnsReadBy } from '../../contracts/plan.js';
import { checkRule } from './check-rule.js';
import type { ColumnFacts } from './column-facts.js';
import { GENERATORS } from './generators/index.js';

/** Why a rule cannot hold for columns that are masked alike; empty when it can. */
export function checkGroupRule(
  rule: AnonymizationRule,
  members: readonly ColumnFacts[],
  generators: readonly string[],
): string[] {
  const [first, ...others] = members;
  if (first && others.length > 0 && columnsReadBy(rule).length > 0) {
    const tied = `a foreign key ties it to ${others.map(({ table, column }) => `${table}.${column.name}`).join(', ')}`;
    return [`column ${first.column.name} of ${first.table}: its rule cannot read other columns, for ${tied}`];
  }
  return alike(members).flatMap((facts) => {
    const problem = checkRule(rule, facts, generators);
    return problem ? [`column ${facts.column.name} of ${facts.table}: ${problem}`] : [];
  });
}

/** The rule as the copy uses it: the same for all members, so that equal values stay equal. */
export function toColumnRule(rule: AnonymizationRule, members: readonly ColumnFacts[]): ColumnRule {
  const { anonymizationType: type, customGenerator, preserveFormat = false, paths, value } = rule;
  const { relatedBy, currencyColumn, reads, typeColumn } = rule;
  const { isUnique, maxLength } = strictest(members);
  const precision = members[0]?.column.precision; // of amounts, which no foreign key ties when they read other columns
  return {
    type,
    domain: rule.domain ?? defaultDomain(rule, isUnique),
    isUnique,
    preserveFormat,
    ...(customGenerator !== undefined && { generator: customGenerator }),
    ...(maxLength !== undefined && { maxLength }),
    ...(relatedBy !== undefined && precision !== undefined && { precision }),
    ...(paths && { paths }),
    ...(value !== undefined && { value }),
    ...(relatedBy !== undefined && { relatedBy }),
    ...(currencyColumn !== undefined && { currencyColumn }),
    ...(reads && { reads }),
    ...(typeColumn !== undefined && { typeColumn }),
  };
}

/**
 * Where values of a unique column need a token to stay different, they form a domain of their own: other columns of the family need not
 * look like that.
 */
function defaultDomain({ anonymizationType, customGenerator }: AnonymizationRule, isUnique: boolean): string {
  const generator = GENERATORS[anonymizationType];
  const family = generator?.family ?? (customGenerator ? `custom/${customGenerator}` : anonymizationType);
  return isUnique && generator && !generator.injective ? `${family}/unique` : family;
}

function alike(members: readonly ColumnFacts[]): ColumnFacts[] {
  const { isUnique, maxLength } = strictest(members);
  return members.map((facts) => ({
    ...facts,
    isUnique,
    column: { ...facts.column, ...(maxLength !== undefined && { maxLength }) },
  }));
}

function strictest(members: readonly ColumnFacts[]): { isUnique: boolean; maxLength: number | undefined } {
  const lengths = members.flatMap(({ column: { maxLength } }) => (maxLength === undefined ? [] : [maxLength]));
  return {
    isUnique: members.some(({ isUnique }) => isUnique),
    maxLength: lengths.length > 0 ? Math.min(...lengths) : undefined,
  };
}
