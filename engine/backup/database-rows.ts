import { pipeline } from 'node:stream/promises';
import type { RelationName } from '../../contracts/relations.js';
import type { SchemaDefinition, TableDefinition } from '../../contracts/schema.js';
import type { Session } from '../postgres/session.js';
import { formatOf, holdsRows } from './archive-rows.js';
import { archiveInSql, archiveOutSql } from './archive-statements.js';

/** The rows of a database that is a restore point, all of one snapshot: `from` is in a transaction. */
export function databaseRows(from: Session, { tables }: Pick<SchemaDefinition, 'tables'>) {
  const readable = tables.filter(holdsRows);
  return {
    tables: readable.map((table) => ({ schema: table.schema, name: table.name, columns: storedColumns(table) })),
    async copy(session: Session, { schema, name }: RelationName, into: RelationName): Promise<number> {
      const table = readable.find((each) => each.schema === schema && each.name === name);
      if (!table) throw new RangeError('no table of this database');
      const columns = storedColumns(table);
      const format = formatOf(table.columns.filter(({ generated }) => generated === undefined));
      const stored = session.copyIn(archiveInSql({ ...into, columns, format }));
      await pipeline(from.copyOut(archiveOutSql({ ...table, columns, format })), stored);
      return stored.rowCount;
    },
  };
}

function storedColumns({ columns }: TableDefinition): string[] {
  return columns.flatMap(({ name, generated }) => (generated === undefined ? [name] : []));
}
