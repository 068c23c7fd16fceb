import { ConnectionError } from '../../contracts/errors.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';

/**
 * TRUNCATE, and an ALTER TABLE that rewrites the rows, show in older snapshots too: as a table without them. COPY's lock keeps them away from
 * its beginning on; whether one came between snapshot and COPY is told by the table's file. @throws ConnectionError `SNAPSHOT_LOST`
 */
export async function requireUnchanged(tables: readonly RelationName[], session: Session): Promise<void> {
  const rows = await session.query<{ at: number }>(OTHER_FILE, [tables.map(quoteRelation)]);
  const changed = rows.flatMap(({ at }) => tables[at - 1] ?? []);
  if (changed.length === 0) return;
  const what = `${changed.map(relationLabel).join(', ')}: truncated or rewritten after the snapshot was taken`;
  throw new ConnectionError('SNAPSHOT_LOST', `copying from ${session.environment}: ${what}`);
}

/** The catalog's row is as old as the snapshot, the function's answer is not. */
const OTHER_FILE = `
  select at::int
    from unnest($1::text[]) with ordinality as asked (name, at)
    left join pg_class c on c.oid = asked.name::regclass
   where (pg_relation_filenode(c.oid) = c.relfilenode) is not true`;
