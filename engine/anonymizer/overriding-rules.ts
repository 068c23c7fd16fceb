import type { AnonymizationRule, OverridingRule } from '../../contracts/anonymization.js';
import { qualified } from '../../contracts/relations.js';
import { columnKey } from './column-facts.js';

/** The rules of one run beside what the file says of the same columns. */
export function overridingRules(
  ofRun: readonly AnonymizationRule[] = [],
  ofFile: readonly AnonymizationRule[],
): OverridingRule[] {
  const types = new Map(ofFile.map((rule) => [placeOf(rule), rule.anonymizationType]));
  return ofRun.map((rule) => {
    const { tableName, columnName, anonymizationType } = rule;
    const instead = types.get(placeOf(rule));
    return { tableName, columnName, anonymizationType, ...(instead && { instead }) };
  });
}

function placeOf({ tableName, columnName }: AnonymizationRule): string {
  return columnKey(qualified(tableName), columnName);
}
