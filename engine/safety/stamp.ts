import { commentLine, commentSql, withCommentLine, withoutCommentLine } from '../postgres/comment-lines.js';
import { postgresFields, translatePostgresError } from '../postgres/errors.js';
import { quoteIdentifier, quoteLiteral } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from './proofs.js';

/** The environment that a database says it is, and where it says so. */
export interface Stamp {
  environment: string;
  from: 'setting' | 'comment';
  /** The statement that removes it. */
  resetSql: string;
}

export const STAMP_SETTING = 'envclone.environment';

/** What the database itself holds. `current_setting` is not asked: roles and clients can set it. */
export async function readStamps(session: Session): Promise<Stamp[]> {
  const { database, setting, comment } = await session.one<StampRow>(READ_STAMP);
  const stamps: Stamp[] = [];
  const quoted = quoteIdentifier(database);
  if (setting !== null) {
    const resetSql = `alter database ${quoted} reset ${quoteIdentifier(STAMP_SETTING)}`;
    stamps.push({ environment: setting, from: 'setting', resetSql });
  }
  const ofComment = commentLine(comment, STAMP_SETTING);
  if (ofComment !== undefined) {
    const resetSql = commentSql(database, withoutCommentLine(comment, STAMP_SETTING));
    stamps.push({ environment: ofComment, from: 'comment', resetSql });
  }
  return stamps;
}

/** Lets the database say which environment it is: as a setting, or as its comment where the role may not set one. */
export async function writeStamp(
  target: ConfirmedTarget,
  environment: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  await using session = await target.connect({ purpose: 'stamp', ...(signal && { signal }) });
  if ((await readStamps(session)).some((stamp) => stamp.environment === environment)) return;
  const { database, comment } = await session.one<StampRow>(READ_STAMP);
  try {
    await allowRefusal(
      session,
      `alter database ${quoteIdentifier(database)} set ${quoteIdentifier(STAMP_SETTING)} = ${quoteLiteral(environment)}`,
      () => commentSql(database, withCommentLine(comment, STAMP_SETTING, environment)),
    );
  } catch (error) {
    throw translatePostgresError(error, {
      doing: 'writing the stamp',
      environment: target.environment,
      otherwise: 'SCHEMA_STATEMENT_FAILED',
    });
  }
}

/** Takes the stamp away, wherever it is. */
export async function clearStamp(target: ConfirmedTarget, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  await using session = await target.connect({ purpose: 'stamp', ...(signal && { signal }) });
  for (const { resetSql } of await readStamps(session)) {
    await session.query(resetSql).catch((error: unknown) => {
      throw translatePostgresError(error, {
        doing: 'clearing the stamp',
        environment: target.environment,
        otherwise: 'SCHEMA_STATEMENT_FAILED',
      });
    });
  }
}

interface StampRow {
  database: string;
  setting: string | null;
  comment: string | null;
}

const READ_STAMP = `
  select d.datname::text as database,
         (select split_part(config, '=', 2)
            from pg_db_role_setting s, unnest(s.setconfig) config
           where s.setdatabase = d.oid and s.setrole = 0 and config like '${STAMP_SETTING}=%') as setting,
         shobj_description(d.oid, 'pg_database') as comment
    from pg_database d
   where d.datname = current_database()`;

const INSUFFICIENT_PRIVILEGE = '42501';

/** A setting of a name that no extension defines may need a superuser; the owner may always comment. */
async function allowRefusal(session: Session, sql: string, otherwise: () => string): Promise<void> {
  try {
    await session.query(sql);
  } catch (error) {
    if (postgresFields(error)?.code !== INSUFFICIENT_PRIVILEGE) throw error;
    await session.query(otherwise());
  }
}
