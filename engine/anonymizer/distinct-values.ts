import { isMasked, type TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import { translatePostgresError } from '../postgres/errors.js';
import type { ConfirmedTarget, ReadOnlySource } from '../safety/proofs.js';

/** How many different values masked columns have, by `schema.table` and column: estimates of the database's own statistics. */
export type DistinctValues = Record<string, Record<string, number>>;

/** Reads no row. Columns that were never analyzed, or are hidden from the role, are not in it. @throws ConnectionError; SchemaError `SCHEMA_UNREADABLE` */
export async function readDistinct(
  database: ReadOnlySource | ConfirmedTarget,
  tables: readonly TablePlan[],
  signal?: AbortSignal,
): Promise<DistinctValues> {
  const masked = tables.flatMap((table) => table.columns.filter(isMasked).map(({ name }) => ({ table, name })));
  if (masked.length === 0) return {};
  await using session = await database.connect({ purpose: 'statistics', ...(signal && { signal }) });
  try {
    const rows = await session.query<{ schema: string; table: string; column: string; count: number }>(DISTINCT, [
      masked.map(({ table }) => table.schema),
      masked.map(({ table }) => table.name),
      masked.map(({ name }) => name),
    ]);
    const distinct: DistinctValues = {};
    for (const { schema, table, column, count } of rows) {
      const label = relationLabel({ schema, name: table });
      distinct[label] = { ...distinct[label], [column]: count };
    }
    return distinct;
  } catch (error) {
    signal?.throwIfAborted();
    throw translatePostgresError(error, {
      doing: 'reading statistics',
      environment: database.environment,
      otherwise: 'SCHEMA_UNREADABLE',
    });
  }
}

/** A negative `n_distinct` is a share of the rows. */
const DISTINCT = `
  select s.schemaname as schema, s.tablename as table, s.attname as column,
         round(case when s.n_distinct < 0 then -s.n_distinct * greatest(c.reltuples, 0) else s.n_distinct end)::float8 as count
    from unnest($1::text[], $2::text[], $3::text[]) as masked (schema, name, attribute)
    join pg_stats s
      on (s.schemaname, s.tablename, s.attname) = (masked.schema, masked.name, masked.attribute) and not s.inherited
    join pg_namespace n on n.nspname = s.schemaname
    join pg_class c on c.relnamespace = n.oid and c.relname = s.tablename`;
