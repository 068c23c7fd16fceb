import { buildingPrefix } from '../postgres/database-names.js';
import { buildingStampOf } from '../safety/building-stamp.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { dropBeside } from './kept-databases.js';

/** Of operations that were ended without their undo: building databases for this target. The target's lock says that none of them runs. */
export async function dropLeftoverBuildings(
  target: ConfirmedTarget,
  { operation, signal }: { operation: string; signal?: AbortSignal },
): Promise<string[]> {
  const leftovers = (await listBuildings(target, signal)).filter((building) => building.operation !== operation);
  for (const { database } of leftovers) await dropBeside(target, { database, signal });
  return leftovers.map(({ database }) => database);
}

interface Building {
  database: string;
  /** Absent: it was never stamped, because whoever created it ended right then. */
  operation?: string;
}

/** What operations build beside a target, or left there. */
export async function listBuildings(
  { environment, database, exists, connect, connectMaintenance }: ConfirmedTarget,
  signal?: AbortSignal,
): Promise<Building[]> {
  const open = exists ? connect : connectMaintenance;
  await using session = await open({ purpose: 'leftovers', ...(signal && { signal }) });
  const rows = await session.query<{ name: string; comment: string | null }>(
    `select d.datname::text as name, shobj_description(d.oid, 'pg_database') as comment
       from pg_database d
      where starts_with(d.datname, $1)`,
    [buildingPrefix(database)],
  );
  return rows.flatMap(({ name, comment }) => {
    const stamp = buildingStampOf(comment);
    if (stamp) return stamp.environment === environment ? [{ database: name, operation: stamp.operation }] : [];
    return comment === null ? [{ database: name }] : [];
  });
}
