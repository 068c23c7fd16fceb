import { postgresFields } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';

/** Which database this is, in the server's own words. URLs, aliases and poolers do not change it. */
export interface DatabaseIdentity {
  /** Made by initdb; a standby and a physical copy share it. `null` where the role may not read it. */
  systemIdentifier: string | null;
  /** When the server process started: evidence where the identifier is hidden. */
  startedAt: string;
  /** Hash of the server's databases and roles with their oids: evidence where the identifier is hidden. */
  fingerprint: string;
  /** `null`: the database does not exist yet. */
  databaseOid: number | null;
  database: string;
  /** `server_version_num` */
  serverVersion: number;
}

export async function readIdentity(session: Session): Promise<DatabaseIdentity> {
  const systemIdentifier = await readSystemIdentifier(session);
  return { systemIdentifier, ...(await session.one<Omit<DatabaseIdentity, 'systemIdentifier'>>(IDENTITY)) };
}

/** `null` where EXECUTE on pg_control_system was revoked. */
export async function readSystemIdentifier(session: Session): Promise<string | null> {
  try {
    const [row] = await session.query<{ id: string }>('select system_identifier::text as id from pg_control_system()');
    return row?.id ?? null;
  } catch (error) {
    if (postgresFields(error)?.code === INSUFFICIENT_PRIVILEGE) return null;
    throw error;
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

const IDENTITY = `
  select pg_postmaster_start_time()::text as "startedAt",
         md5((select string_agg(oid || ' ' || datname, ',' order by oid) from pg_database) ||
             (select string_agg(oid || ' ' || rolname, ',' order by oid) from pg_roles)) as fingerprint,
         (select oid::int8::float8 from pg_database where datname = current_database()) as "databaseOid",
         current_database()::text as database,
         current_setting('server_version_num')::int as "serverVersion"`;

/** Doubt counts as the same: without both identifiers, any shared evidence is enough. */
export function isSameServer(a: DatabaseIdentity, b: DatabaseIdentity): boolean {
  if (a.systemIdentifier !== null && b.systemIdentifier !== null) return a.systemIdentifier === b.systemIdentifier;
  return a.startedAt === b.startedAt || a.fingerprint === b.fingerprint;
}

/** No evidence counts as none: a standby's roles and databases may be behind those of its primary. */
export function isProvablyOther(a: DatabaseIdentity, b: DatabaseIdentity): boolean {
  return a.systemIdentifier !== null && b.systemIdentifier !== null && !isSameDatabase(a, b);
}

export function isSameDatabase(a: DatabaseIdentity, b: DatabaseIdentity): boolean {
  return a.databaseOid !== null && a.databaseOid === b.databaseOid && isSameServer(a, b);
}
