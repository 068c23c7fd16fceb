import type { Session } from '../postgres/session.js';

/** What a database is beside its content: what a new one in its place has to be too. */
export interface DatabaseFacts {
  database: string;
  owner: string;
  encoding: string;
  collate: string;
  ctype: string;
  /** `libc`, `icu` or `builtin`. */
  provider: string;
  /** Of a provider that is not libc. */
  locale: string | null;
  icuRules: string | null;
  tablespace: string;
  connectionLimit: number;
  comment: string | null;
  /** `null`: nobody ever changed them. */
  privileges: { grantee: string | null; privilege: string; isGrantable: boolean }[] | null;
  /** `name=value` as the catalog has them; without a role for every session. */
  settings: { role: string | null; config: string[] }[];
}

/** Of one database of the session's server, or `undefined` when there is none of that name. */
export async function readDatabase(session: Session, database: string): Promise<DatabaseFacts | undefined> {
  const [facts] = await session.query<DatabaseFacts>(factsSql(session.serverMajor), [database]);
  return facts;
}

/** Providers came with 15, rules with 16; 17 gave the locale its present name. */
function factsSql(serverMajor: number): string {
  const locale = serverMajor >= 17 ? 'd.datlocale' : 'd.daticulocale';
  return `
    select d.datname::text as database,
           o.rolname::text as owner,
           pg_encoding_to_char(d.encoding)::text as encoding,
           d.datcollate::text as collate,
           d.datctype::text as ctype,
           ${serverMajor >= 15 ? `case d.datlocprovider when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end` : `'libc'`} as provider,
           ${serverMajor >= 15 ? `${locale}::text` : 'null::text'} as locale,
           ${serverMajor >= 16 ? 'd.daticurules::text' : 'null::text'} as "icuRules",
           t.spcname::text as tablespace,
           d.datconnlimit as "connectionLimit",
           shobj_description(d.oid, 'pg_database') as comment,
           case when d.datacl is not null then
             (select coalesce(json_agg(json_build_object(
                       'grantee', g.rolname, 'privilege', a.privilege_type, 'isGrantable', a.is_grantable)
                       order by g.rolname, a.privilege_type), '[]')
                from aclexplode(d.datacl) a
                left join pg_roles g on g.oid = a.grantee)
           end as privileges,
           (select coalesce(json_agg(json_build_object('role', r.rolname, 'config', s.setconfig) order by r.rolname), '[]')
              from pg_db_role_setting s
              left join pg_roles r on r.oid = s.setrole
             where s.setdatabase = d.oid) as settings
      from pg_database d
      join pg_roles o on o.oid = d.datdba
      join pg_tablespace t on t.oid = d.dattablespace
     where d.datname = $1`;
}
