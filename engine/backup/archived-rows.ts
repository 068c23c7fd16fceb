import type { RelationName } from '../../contracts/relations.js';
import type { ArtifactStore } from '../artifacts/store.js';
import type { Session } from '../postgres/session.js';
import type { Archive, ArchivedTable } from './restore-point.js';
import { restoreTable } from './restore-rows.js';

/** The rows of an archive, table by table, for whoever has a session and a transaction of his own. */
export function archivedRows(artifacts: ArtifactStore, archive: Archive) {
  return {
    tables: archive.archived,
    /** @throws DataError `RESTORE_POINT_DAMAGED`; what PostgreSQL said */
    copy: (session: Session, table: RelationName, into: RelationName): Promise<number> =>
      restoreTable(session, { archive, table: fileOf(archive, table), artifacts, into }),
  };
}

function fileOf({ archived }: Archive, { schema, name }: RelationName): ArchivedTable {
  const found = archived.find((table) => table.schema === schema && table.name === name);
  if (!found) throw new RangeError('no table of this archive');
  return found;
}
