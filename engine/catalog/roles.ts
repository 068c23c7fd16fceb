import type { Session } from '../postgres/session.js';

/** Roles that own objects, hold privileges on them (columns and default privileges too) or are named in policies. Not PostgreSQL's own `pg_…` roles. */
export async function readRoles(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(ROLES);
  return rows.map(({ name }) => name);
}

/** The role that set up the server; no catalog says what depends on it. */
const BOOTSTRAP_ROLE = 10;
/** The first OID of what is created after a database cluster was made. */
const FIRST_USER_OID = 16_384;

/** What comes with another object (an index, an array type, a table's row type) has its owner. */
const OWNERS: readonly [catalog: string, owner: string, condition?: string][] = [
  ['pg_namespace', 'nspowner'],
  ['pg_class', 'relowner', "o.relkind not in ('i', 'I', 't')"],
  ['pg_proc', 'proowner'],
  ['pg_type', 'typowner', "o.typrelid = 0 and o.typinput <> 'array_in'::regproc"],
  ['pg_operator', 'oprowner'],
  ['pg_opclass', 'opcowner'],
  ['pg_opfamily', 'opfowner'],
  ['pg_collation', 'collowner'],
  ['pg_conversion', 'conowner'],
  ['pg_ts_config', 'cfgowner'],
  ['pg_ts_dict', 'dictowner'],
  ['pg_statistic_ext', 'stxowner'],
  ['pg_publication', 'pubowner'],
  ['pg_event_trigger', 'evtowner'],
  ['pg_foreign_data_wrapper', 'fdwowner'],
  ['pg_foreign_server', 'srvowner'],
  ['pg_default_acl', 'defaclrole'],
];

const PRIVILEGES: readonly [catalog: string, acl: string, oid: string][] = [
  ['pg_namespace', 'nspacl', 'oid'],
  ['pg_class', 'relacl', 'oid'],
  ['pg_attribute', 'attacl', 'attrelid'],
  ['pg_proc', 'proacl', 'oid'],
  ['pg_type', 'typacl', 'oid'],
  ['pg_default_acl', 'defaclacl', 'oid'],
];

/** Owners of what an extension brought do not matter: it comes with the extension. */
function isMember(catalog: string, oid: string): string {
  return `exists (select from pg_depend member where member.classid = ${catalog} and member.objid = ${oid} and member.deptype = 'e')`;
}

/** `pg_shdepend` has every other role that an object of this database depends on: as owner (o), through a privilege (a) or a policy (r). */
const ROLES = `
  with named(role) as (
    select d.refobjid
      from pg_shdepend d
      join pg_database current on current.oid = d.dbid and current.datname = current_database()
     where d.refclassid = 'pg_authid'::regclass
       and (d.deptype in ('a', 'r')
            or d.deptype = 'o' and d.classid <> 'pg_extension'::regclass and not ${isMember('d.classid', 'd.objid')})
    union
    select ${BOOTSTRAP_ROLE}
     where ${[...OWNERS.map(bootstrapOwns), ...PRIVILEGES.map(bootstrapHolds)].join('\n        or ')}
  )
  select r.rolname::text as name
    from named
    join pg_roles r on r.oid = named.role
   where r.rolname !~ '^pg_'
   order by r.rolname`;

function bootstrapOwns([catalog, owner, condition = 'true']: (typeof OWNERS)[number]): string {
  return `exists (select from ${catalog} o
                   where o.oid >= ${FIRST_USER_OID} and o.${owner} = ${BOOTSTRAP_ROLE} and ${condition}
                     and not ${isMember(`'${catalog}'::regclass`, 'o.oid')})`;
}

function bootstrapHolds([catalog, acl, oid]: (typeof PRIVILEGES)[number]): string {
  return `exists (select from ${catalog} o, aclexplode(o.${acl}) a
                   where o.${oid} >= ${FIRST_USER_OID} and a.grantee = ${BOOTSTRAP_ROLE}
                     and not ${isMember(`'${catalog}'::regclass`, `o.${oid}`)})`;
}
