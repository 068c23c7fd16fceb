import type { RelationName } from '../../contracts/relations.js';
import { nearest } from './nearest.js';

/** The table that a person's `schema.table` names; without a schema, one of `public` is meant. Or why there is none. */
export function findTable<Table extends RelationName>(
  written: string,
  tables: ReadonlyMap<string, Table>,
): { table: Table } | { problem: string } {
  const table = tables.get(written) ?? tables.get(`public.${written}`);
  return table ? { table } : { problem: `there is no table ${written}${nearest(written, namesLike(written, tables))}` };
}

/** Names as the person writes them. */
function namesLike(written: string, tables: ReadonlyMap<string, RelationName>): string[] {
  if (written.includes('.')) return [...tables.keys()];
  return [...tables.values()].flatMap(({ schema, name }) => (schema === 'public' ? [name] : []));
}
