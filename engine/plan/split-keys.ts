import { relationLabel } from '../../contracts/relations.js';
import type { ColumnDefinition, TableDefinition } from '../../contracts/schema.js';
import { translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { SPLIT_FROM_BYTES, type SplitKey } from './chunks.js';
import type { Decisions } from './require-decided.js';

export interface ReadSplitKeysInput {
  /** Of the whole schema. */
  tables: readonly TableDefinition[];
  rules: Decisions['rules'];
  signal?: AbortSignal | undefined;
}

/**
 * How big tables can be split where PostgreSQL reads a range of pages by scanning all of them, before 14: by a unique key in whose order the rows
 * lie, as the last ANALYZE saw it. By any other key, each range would be read from all over the table. Results are by `schema.table`.
 * @throws ConnectionError; SchemaError `SCHEMA_UNREADABLE`
 */
export async function readSplitKeys(
  source: ReadOnlySource,
  { tables, rules, signal }: ReadSplitKeysInput,
): Promise<Map<string, SplitKey>> {
  const candidates = tables.flatMap((table) => {
    const isBig = table.kind === 'table' && table.pages === undefined && table.sizeBytes >= SPLIT_FROM_BYTES;
    const column = isBig ? splitColumn(table, rules) : undefined;
    return column ? [{ table, column }] : [];
  });
  if (candidates.length === 0) return new Map();
  await using session = await source.connect({ purpose: 'split-keys', ...(signal && { signal }) });
  try {
    const keys = new Map<string, SplitKey>();
    for (const { table, column } of candidates) {
      const bounds = await readBounds(session, table, column);
      if (bounds) keys.set(relationLabel(table), { column: column.name, type: column.type, bounds });
    }
    return keys;
  } catch (error) {
    signal?.throwIfAborted();
    throw translatePostgresError(error, {
      doing: 'reading how keys are distributed',
      environment: source.environment,
      otherwise: 'SCHEMA_UNREADABLE',
    });
  }
}

/** Its values stand in the plan and in statements: none of texts and dates, which may be personal, nor of what a rule masks. */
const SPLIT_TYPES = new Set(['smallint', 'integer', 'bigint', 'uuid']);

function splitColumn(table: TableDefinition, rules: Decisions['rules']): ColumnDefinition | undefined {
  const ofTable = rules.get(relationLabel(table));
  const isKey = (name: string) =>
    table.uniqueKeys.some(
      ({ columns, isPartial, isExpression }) =>
        columns.length === 1 && columns[0] === name && !isPartial && !isExpression,
    );
  return table.columns.find(
    ({ name, type, isNotNull }) =>
      isNotNull && SPLIT_TYPES.has(type) && isKey(name) && (ofTable?.get(name)?.type ?? 'keep') === 'keep',
  );
}

async function readBounds(
  session: Session,
  { schema, name }: TableDefinition,
  column: ColumnDefinition,
): Promise<string[] | undefined> {
  const [row] = await session.query<{ bounds: string[] }>(BOUNDS, [schema, name, column.name]);
  return row?.bounds;
}

/** No row: never analyzed, hidden from the role, or rows that lie in another order. */
const BOUNDS = `
  select histogram_bounds::text::text[] as bounds
    from pg_stats
   where schemaname = $1 and tablename = $2 and attname = $3
     and not inherited and histogram_bounds is not null and abs(correlation) > 0.9`;
