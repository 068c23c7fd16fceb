import type { RelationName } from '../../contracts/relations.js';
import type { Session } from '../postgres/session.js';

/** The rows of one table of a restore point. */
export interface PointTable extends RelationName {
  columns: readonly string[];
}

/** The rows of a restore point, wherever it is. */
export interface PointRows {
  tables: readonly PointTable[];
  /** Stores the rows of a table in a target, and returns how many. */
  copy(session: Session, table: PointTable, into: RelationName): Promise<number>;
}
