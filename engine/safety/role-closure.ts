import type { Session } from '../postgres/session.js';

export interface ReachableRole {
  oid: number;
  name: string;
  isSuperuser: boolean;
  canCreateRoles: boolean;
  canCreateDatabases: boolean;
  canReplicate: boolean;
}

/** Every role that the session's user is, inherits from, can SET ROLE to, or can make itself a member of. */
export async function reachableRoles(session: Session): Promise<ReachableRole[]> {
  const usable = session.serverMajor >= 16 ? 'm.inherit_option or m.set_option or m.admin_option' : 'true';
  return session.query<ReachableRole>(`
    with recursive reachable(oid) as (
      select oid from pg_roles where rolname in (session_user, current_user)
      union
      select m.roleid
        from reachable r
        join pg_auth_members m on m.member = r.oid and (${usable})
    ),
    owning as (
      -- membership of pg_database_owner (14 and later) is in no catalog
      select o.oid
        from pg_roles o, pg_database d
       where o.rolname = 'pg_database_owner' and d.datname = current_database() and d.datdba in (select oid from reachable)
    )
    select r.oid::int8::float8 as oid, r.rolname::text as name, r.rolsuper as "isSuperuser", r.rolcreaterole as "canCreateRoles",
           r.rolcreatedb as "canCreateDatabases", r.rolreplication as "canReplicate"
      from pg_roles r
     where r.oid in (select oid from reachable union select oid from owning)
     order by r.rolname`);
}
