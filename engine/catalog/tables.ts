import type { RelationName } from '../../contracts/relations.js';
import type { ForeignKey, TableDefinition, UniqueKey } from '../../contracts/schema.js';
import type { Session } from '../postgres/session.js';
import { readColumns, type TableColumns } from './columns.js';
import { groupBy } from './group-by.js';
import { type NumberedForeignKey, type NumberedUniqueKey, readForeignKeys, readUniqueKeys } from './keys.js';
import { readTableRows, type TableRow } from './table-rows.js';

/** Every table, partition and foreign table with its columns and keys, by schema and name. Tables of extensions are marked. */
export async function readTables(session: Session): Promise<TableDefinition[]> {
  const rows = await readTableRows(session);
  const columns = await readColumns(session);
  const uniqueKeys = groupBy(await readUniqueKeys(session), ({ table }) => table);
  const foreignKeys = groupBy(await readForeignKeys(session), ({ table }) => table);
  const known: KnownTables = { names: new Map(rows.map(({ oid, schema, name }) => [oid, { schema, name }])), columns };
  return rows.map((row) => ({
    ...toTable(row, known),
    columns: columns.get(row.oid)?.columns ?? [],
    uniqueKeys: (uniqueKeys.get(row.oid) ?? []).map((key) => toUniqueKey(key, known)),
    foreignKeys: (foreignKeys.get(row.oid) ?? []).flatMap((key) => toForeignKey(key, known)),
  }));
}

interface KnownTables {
  names: ReadonlyMap<number, RelationName>;
  columns: ReadonlyMap<number, TableColumns>;
}

type OwnFacts = Omit<TableDefinition, 'columns' | 'uniqueKeys' | 'foreignKeys'>;

function toTable(row: TableRow, known: KnownTables): OwnFacts {
  const { schema, name, kind, isUnlogged, hasRowSecurity, estimatedRows, sizeBytes } = row;
  const partitionOf = row.parent === null ? undefined : known.names.get(row.parent);
  return {
    schema,
    name,
    kind,
    isUnlogged,
    hasRowSecurity,
    estimatedRows,
    sizeBytes: Number(sizeBytes),
    ...(row.pages !== null && { pages: row.pages }),
    ...(partitionOf && { partitionOf }),
    ...(row.partitionNumbers && { partitionKey: columnNames(row.oid, row.partitionNumbers, known) }),
    ...(row.partitionStrategy !== null && { partitionStrategy: row.partitionStrategy }),
    ...(row.isPartitionedByExpression && { isPartitionedByExpression: true as const }),
    ...(row.extension !== null && { extension: row.extension }),
    ...(row.extensionFilter !== null && { extensionFilter: row.extensionFilter }),
    ...(row.comment !== null && { comment: row.comment }),
  };
}

function toUniqueKey(key: NumberedUniqueKey, known: KnownTables): UniqueKey {
  const { table, numbers, ofExpressions, ...rest } = key;
  return { ...rest, columns: [...new Set([...columnNames(table, numbers, known), ...ofExpressions])] };
}

/** Of a table that an extension keeps elsewhere nothing is known, and nothing is copied. */
function toForeignKey(key: NumberedForeignKey, known: KnownTables): ForeignKey[] {
  const { table, referencedTable, numbers, referencedNumbers, ...rest } = key;
  const references = known.names.get(referencedTable);
  if (!references) return [];
  return [
    {
      ...rest,
      columns: columnNames(table, numbers, known),
      references,
      referencedColumns: columnNames(referencedTable, referencedNumbers, known),
    },
  ];
}

function columnNames(table: number, numbers: readonly number[], { columns }: KnownTables): string[] {
  return numbers.flatMap((number) => columns.get(table)?.byNumber.get(number) ?? []);
}
