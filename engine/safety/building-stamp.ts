import { SafetyError } from '../../contracts/errors.js';
import { commentLine, withCommentLine } from '../postgres/comment-lines.js';
import type { Session } from '../postgres/session.js';

/** Whose building database this is. It goes when the database takes the target's name. */
export interface BuildingStamp {
  environment: string;
  operation: string;
}

const KEY = 'envclone.building';

export function buildingStampOf(comment: string | null): BuildingStamp | undefined {
  const [environment, ...operation] = commentLine(comment, KEY)?.split(' ') ?? [];
  return environment && operation.length > 0 ? { environment, operation: operation.join(' ') } : undefined;
}

export function withBuildingStamp(comment: string | null, { environment, operation }: BuildingStamp): string {
  return withCommentLine(comment, KEY, `${environment} ${operation}`);
}

/**
 * Whether the session's database is the one that this operation builds for this environment. One that was created and could not be
 * stamped any more is as good as not there: it is empty. @throws SafetyError `TARGET_STAMP_MISMATCH` when it is somebody else's
 */
export async function isBuilding(session: Session, expected: BuildingStamp): Promise<boolean> {
  const { database, comment, isEmpty } = await session.one<{
    database: string;
    comment: string | null;
    isEmpty: boolean;
  }>(READ_BUILDING);
  const stamp = buildingStampOf(comment);
  if (stamp?.environment === expected.environment && stamp.operation === expected.operation) return true;
  if (!stamp && isEmpty) return false;
  const says = stamp ? `is built for ${stamp.environment} by ${stamp.operation}` : 'says nothing of what it is for';
  throw new SafetyError('TARGET_STAMP_MISMATCH', `${expected.operation} would build in ${database}, and that ${says}`, {
    next: `Rename or drop ${database} when nobody needs it, then run the command again.`,
    details: { ...expected, database },
  });
}

const READ_BUILDING = `
  select d.datname::text as database,
         shobj_description(d.oid, 'pg_database') as comment,
         not exists (select
                       from pg_class c
                       join pg_namespace n on n.oid = c.relnamespace
                      where n.nspname <> 'information_schema' and n.nspname !~ '^pg_') as "isEmpty"
    from pg_database d
   where d.datname = current_database()`;
