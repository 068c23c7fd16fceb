import { ConfigurationError } from '../../contracts/errors.js';
import { relationLabel } from '../../contracts/relations.js';
import { postgresFields } from '../postgres/errors.js';
import { quoteRelation } from '../postgres/quote.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import type { ResolvedKeptRows } from './kept-rows.js';

/** A warning for each table that has fewer rows than are to stay. @throws ConfigurationError `RULE_INVALID` for a key of another type */
export async function absentKeptRows(
  source: ReadOnlySource,
  { rows }: ResolvedKeptRows,
  signal?: AbortSignal,
): Promise<string[]> {
  if (rows.size === 0) return [];
  await using session = await source.connect({ purpose: 'kept-rows', ...(signal && { signal }) });
  const warnings: string[] = [];
  for (const { relation, where, named } of rows.values()) {
    const label = relationLabel(relation);
    const { found } = await session
      .one<{ found: number }>(`select count(*)::int as found from ${quoteRelation(relation)} where ${where}`)
      .catch((error: unknown) => {
        if (!postgresFields(error)?.code?.startsWith('22')) throw error;
        const why = 'a value is not of its column’s type';
        throw new ConfigurationError('RULE_INVALID', `envclone.rules.json: keepRows: ${label}: ${why}`);
      });
    if (found < named) warnings.push(`keepRows: ${label} has ${found} of the ${named} rows that are to stay`);
  }
  return warnings;
}
