import type { Session } from './session.js';

/** SQL: the extension (`e`) is not the role's to drop. */
export const KEPT_EXTENSION = `not pg_has_role(e.extowner, 'USAGE')`;

/** Extensions of the session's database that its role can neither drop nor make again: they stay, and so do the privileges on what is theirs. */
export async function readKeptExtensions(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `select e.extname::text as name from pg_extension e where e.extname <> 'plpgsql' and ${KEPT_EXTENSION} order by 1`,
  );
  return rows.map(({ name }) => name);
}
