import type { ColumnReference, TablePlan } from '../../contracts/plan.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { translatePostgresError } from '../postgres/errors.js';
import { quoteIdentifier, quoteLiteral, quoteRelation } from '../postgres/quote.js';
import type { ConfirmedTarget } from '../safety/proofs.js';

/** A pair of columns that a `reference` rule declares. */
export interface DeclaredReference {
  /** `schema.table` of both ends. */
  ends: [string, string];
  table: RelationName;
  column: string;
  typeColumn: string;
  type: string;
  to: ColumnReference;
}

/** Of tables that are read into one root, the declaration counts once. */
export function declaredReferences(tables: readonly TablePlan[]): DeclaredReference[] {
  const declared = new Map<string, DeclaredReference>();
  for (const planned of tables) {
    const table = planned.into ?? { schema: planned.schema, name: planned.name };
    for (const { name: column, rule } of planned.columns) {
      if (rule?.type !== 'reference') continue;
      for (const [type, to] of Object.entries(rule.references ?? {})) {
        const ends: [string, string] = [relationLabel(table), relationLabel(to.table)];
        declared.set(JSON.stringify([ends[0], column, type]), {
          ends,
          table,
          column,
          typeColumn: rule.typeColumn ?? '',
          type,
          to,
        });
      }
    }
  }
  return [...declared.values()];
}

/** Those of which every value has its row in the target. Both sides are read as text. @throws ConnectionError; SchemaError `SCHEMA_UNREADABLE` */
export async function heldReferences(
  target: ConfirmedTarget,
  declared: readonly DeclaredReference[],
  signal?: AbortSignal,
): Promise<DeclaredReference[]> {
  if (declared.length === 0) return [];
  await using session = await target.connect({ purpose: 'references', ...(signal && { signal }) });
  try {
    const held: DeclaredReference[] = [];
    for (const reference of declared) {
      const [answer] = await session.query<{ dangles: boolean }>(danglesSql(reference));
      if (!answer?.dangles) held.push(reference);
    }
    return held;
  } catch (error) {
    signal?.throwIfAborted();
    throw translatePostgresError(error, {
      doing: 'looking at references',
      environment: target.environment,
      otherwise: 'SCHEMA_UNREADABLE',
    });
  }
}

/** One row: whether a value leads nowhere. */
function danglesSql({ table, column, typeColumn, type, to }: DeclaredReference): string {
  return `
    select exists (
      select from ${quoteRelation(table)} t
       where t.${quoteIdentifier(typeColumn)}::text = ${quoteLiteral(type)}
         and t.${quoteIdentifier(column)} is not null
         and not exists (
           select from ${quoteRelation(to.table)} r where r.${quoteIdentifier(to.column)}::text = t.${quoteIdentifier(column)}::text
         )) as dangles`;
}
