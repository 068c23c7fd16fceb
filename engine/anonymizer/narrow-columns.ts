import type { ColumnRule } from '../../contracts/plan.js';
import type { SchemaDefinition } from '../../contracts/schema.js';
import { isCrowded } from './check-rule.js';
import { collectFacts } from './column-facts.js';
import { GENERATORS } from './generators/index.js';
import { SHORTEST_TOKEN } from './token.js';

/**
 * Warnings of unique columns that are too short for the hash that their generator makes of values with letters beyond a to z. Whether there are any is
 * in no catalog.
 */
export function narrowColumns(
  schema: SchemaDefinition,
  rules: ReadonlyMap<string, ReadonlyMap<string, ColumnRule>>,
): string[] {
  return [...collectFacts(schema).columns.values()].flatMap(({ table, column, owner, isUnique }) => {
    const rule = rules.get(table)?.get(column.name);
    const generator = rule && GENERATORS[rule.type];
    if (!generator || !isUnique || rule.maxLength === undefined || generator.uniqueLength >= SHORTEST_TOKEN) return [];
    if (!isCrowded(rule.maxLength, owner.estimatedRows)) return [];
    return [
      `column ${column.name} of ${table}: of values with letters beyond a to z, ${rule.type} makes a hash, which has ${rule.maxLength} characters here: two of about ${owner.estimatedRows.toLocaleString('en')} rows may become equal, and the clone would end at the unique index`,
    ];
  });
}
