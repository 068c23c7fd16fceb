import type { CloneOptions } from '../../contracts/clone.js';
import { qualified, relationLabel } from '../../contracts/relations.js';
import type { TableDefinition } from '../../contracts/schema.js';

/** Patterns of `schema.table` by system; `*` stands for any characters. */
export type SystemPatterns = Readonly<Record<string, readonly string[]>>;

/** Which option includes which system. */
const OPTION_OF_SYSTEM: Readonly<Record<string, keyof CloneOptions>> = {
  audit: 'includeAuditLogs',
  conversations: 'includeConversations',
  reservations: 'includeReservations',
};

/** The tables of the systems that the options exclude, by `schema.table`, with the reason. */
export function excludedTables(
  tables: readonly TableDefinition[],
  systems: SystemPatterns,
  options: CloneOptions,
): Map<string, string> {
  const excluded = new Map<string, string>();
  for (const [system, patterns] of Object.entries(systems)) {
    const option = OPTION_OF_SYSTEM[system];
    if (option === undefined || options[option] !== false) continue;
    const matches = patterns.map(toExpression);
    for (const label of tables.map(relationLabel)) {
      if (!excluded.has(label) && matches.some((match) => match.test(label)))
        excluded.set(label, `the ${system} system is left out`);
    }
  }
  return excluded;
}

/** Patterns of excluded systems that no table has: what a clone was told to leave out may be there under another name. */
export function unmatchedPatterns(
  tables: readonly TableDefinition[],
  systems: SystemPatterns,
  options: CloneOptions,
): string[] {
  const labels = tables.map(relationLabel);
  return Object.entries(systems).flatMap(([system, patterns]) => {
    const option = OPTION_OF_SYSTEM[system];
    const isExcluded = option !== undefined && options[option] === false;
    const matchesNothing = !patterns.some((pattern) => labels.some((label) => toExpression(pattern).test(label)));
    return isExcluded && matchesNothing
      ? [
          `the ${system} system was to be left out, and no table matches its patterns (${patterns.join(', ') || 'none'})`,
        ]
      : [];
  });
}

/** A pattern without a schema means `public`, as in rules. */
function toExpression(pattern: string): RegExp {
  return new RegExp(
    `^${qualified(pattern)
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')}$`,
    'su',
  );
}
