import { describePostgresError, isConnectionLoss, postgresFields } from '../postgres/errors.js';
import { quoteIdentifier } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';

/**
 * Of these extensions, those that the session's role may not create in its database, with the server's reason. What the catalog reserves for superusers
 * is tried in a transaction that is taken back: platforms let other roles create some of it.
 */
export async function findUncreatable(session: Session, names: readonly string[]): Promise<Map<string, string>> {
  const reserved = await session.query<{ name: string }>(RESERVED, [names]);
  const uncreatable = new Map<string, string>();
  for (const { name } of reserved) {
    const reason = await tryToCreate(session, name);
    if (reason !== undefined) uncreatable.set(name, reason);
  }
  return uncreatable;
}

/** Not in the database, and by the catalog only a superuser's to create. */
const RESERVED = `
  select v.name::text as name
    from pg_available_extension_versions v
   where v.name = any($1) and not exists (select from pg_extension e where e.extname = v.name)
   group by v.name
  having bool_and(v.superuser and not v.trusted)
     and not (select rolsuper from pg_roles where rolname = current_user)
   order by v.name`;

/** Why it cannot be created, or undefined. */
async function tryToCreate(session: Session, name: string): Promise<string | undefined> {
  await session.query('begin');
  try {
    await session.query('create schema envclone_tried');
    await session.query('set local search_path = envclone_tried');
    await session.query(`create extension ${quoteIdentifier(name)} cascade`);
    return undefined;
  } catch (error) {
    if (!postgresFields(error) || isConnectionLoss(error)) throw error;
    return describePostgresError(error);
  } finally {
    await session.query('rollback');
  }
}
