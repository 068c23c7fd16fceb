import { withCommentLine } from '../postgres/comment-lines.js';
import type { Session } from '../postgres/session.js';
import { STAMP_SETTING } from '../safety/stamp.js';
import type { DatabaseFacts } from './database-facts.js';

/** A database's facts as the session's role can give them to another one: without a superuser, a stamp that is a setting goes into the comment. */
export async function carriedBy(session: Session, facts: DatabaseFacts): Promise<DatabaseFacts> {
  const { isSuperuser } = await session.one<{ isSuperuser: boolean }>(IS_SUPERUSER);
  const stamp = stampOf(facts);
  if (isSuperuser || stamp === undefined) return facts;
  return {
    ...facts,
    comment: withCommentLine(facts.comment, STAMP_SETTING, stamp),
    settings: facts.settings.map(({ role, config }) => ({ role, config: config.filter((entry) => !isStamp(entry)) })),
  };
}

const IS_SUPERUSER = 'select rolsuper as "isSuperuser" from pg_roles where rolname = current_user';

function stampOf({ settings }: DatabaseFacts): string | undefined {
  const ofEverybody = settings.find(({ role }) => role === null)?.config ?? [];
  return ofEverybody.find(isStamp)?.slice(STAMP_SETTING.length + 1);
}

function isStamp(entry: string): boolean {
  return entry.startsWith(`${STAMP_SETTING}=`);
}
