import type { AnonymizationRule } from '../../contracts/anonymization.js';
import { type ColumnRule, columnsReadBy } from '../../contracts/plan.js';
import { type ColumnFacts, columnKey, type TableFacts } from './column-facts.js';
import { nearest } from './nearest.js';

/** Why a rule cannot read the other columns that it names, or undefined. The reason completes "column x of t: …". */
export function checkReads(rule: AnonymizationRule, { column, owner, isUnique }: ColumnFacts): string | undefined {
  if (rule.relatedBy && isUnique)
    return 'dates that move in groups do not stay different in a unique column: without relatedBy they do';
  for (const name of columnsReadBy(rule)) {
    if (name === column.name) return 'its rule names the column itself as another one to read';
    const read = owner.columns.find((candidate) => candidate.name === name);
    if (!read) {
      const names = owner.columns.map((candidate) => candidate.name);
      return `its rule reads ${name}, and there is no such column${nearest(name, names)}`;
    }
    if (read.generated) return `its rule reads ${name}, which is generated: read what it is computed from`;
  }
  return undefined;
}

/** Rows are masked in one pass: what a rule reads stands before its column, so it cannot be masked by a rule of that kind. */
export function chainedReads(decided: ReadonlyMap<string, ColumnRule>, { columns }: TableFacts): string[] {
  return [...decided].flatMap(([key, rule]) => {
    const facts = columns.get(key);
    if (!facts) return [];
    const chained = columnsReadBy(rule).filter((name) => {
      const other = decided.get(columnKey(facts.table, name));
      return other !== undefined && columnsReadBy(other).length > 0;
    });
    return chained.map(
      (name) =>
        `column ${facts.column.name} of ${facts.table}: its rule reads ${name}, whose rule reads other columns too`,
    );
  });
}
