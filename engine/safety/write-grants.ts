/** One class of objects whose privileges let a role write. */
export interface GrantClass {
  kind: string;
  /** Statement words between `on` and the object's name in GRANT and REVOKE. */
  keyword: string;
  minimumMajor?: number;
  /** Takes the oids of the reachable roles and 0 for PUBLIC as $1, returns rows of GrantRow. */
  sql: string;
}

export interface GrantRow {
  object: string;
  /** Quoted; `PUBLIC` for everybody. */
  grantee: string;
  privileges: string[];
  /** The object belongs to an extension. */
  ofExtension: boolean;
}

const USER_SCHEMA = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

const RELATION = `
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace`;

const OF_EXTENSION = `exists (select from pg_depend d
            where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;

/** `select`s object, acl, and ofExtension from one catalog; the rest is the same for all: who of $1 got which of these privileges. */
function granted(privileges: readonly string[], objects: string): string {
  const list = privileges.map((privilege) => `'${privilege}'`).join(', ');
  return `
    select o.object,
           coalesce(quote_ident(r.rolname), 'PUBLIC') as grantee,
           array_agg(distinct a.privilege_type order by a.privilege_type) as privileges,
           o."ofExtension"
      from (${objects}) o(object, acl, "ofExtension"),
           lateral aclexplode(o.acl) a
           left join pg_roles r on r.oid = a.grantee
     where a.grantee = any ($1::oid[]) and a.privilege_type in (${list})
     group by 1, 2, 4
     order by 1, 2`;
}

/** Explicit grants cover all of it: without one, only owners and superusers write, and those are found by themselves. */
export const GRANT_CLASSES: readonly GrantClass[] = [
  {
    kind: 'table',
    keyword: 'table',
    sql: granted(
      ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN'],
      `select c.oid::regclass::text, c.relacl, ${OF_EXTENSION} ${RELATION}
        where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relacl is not null and ${USER_SCHEMA}`,
    ),
  },
  {
    kind: 'column',
    keyword: 'table',
    sql: granted(
      ['INSERT', 'UPDATE', 'REFERENCES'],
      `select c.oid::regclass || '.' || quote_ident(col.attname), col.attacl, ${OF_EXTENSION} ${RELATION}
         join pg_attribute col on col.attrelid = c.oid
        where col.attnum > 0 and not col.attisdropped and col.attacl is not null and ${USER_SCHEMA}`,
    ),
  },
  {
    kind: 'sequence',
    keyword: 'sequence',
    sql: granted(
      ['USAGE', 'UPDATE'],
      `select c.oid::regclass::text, c.relacl, ${OF_EXTENSION} ${RELATION}
        where c.relkind = 'S' and c.relacl is not null and ${USER_SCHEMA}`,
    ),
  },
  {
    kind: 'schema',
    keyword: 'schema',
    sql: granted(
      ['CREATE'],
      `select quote_ident(n.nspname), n.nspacl, false from pg_namespace n
        where n.nspacl is not null and n.nspname !~ '^pg_(toast|temp)'`,
    ),
  },
  {
    kind: 'database',
    keyword: 'database',
    sql: granted(
      ['CREATE'],
      `select quote_ident(d.datname), d.datacl, false from pg_database d
        where d.datname = current_database() and d.datacl is not null`,
    ),
  },
  {
    kind: 'tablespace',
    keyword: 'tablespace',
    sql: granted(
      ['CREATE'],
      `select quote_ident(t.spcname), t.spcacl, false from pg_tablespace t where t.spcacl is not null`,
    ),
  },
  {
    kind: 'large object',
    keyword: 'large object',
    sql: granted(
      ['UPDATE'],
      `select l.oid::text, l.lomacl, false from pg_largeobject_metadata l where l.lomacl is not null`,
    ),
  },
  {
    kind: 'parameter',
    keyword: 'parameter',
    minimumMajor: 15,
    sql: granted(['ALTER SYSTEM'], `select quote_ident(p.parname), p.paracl, false from pg_parameter_acl p`),
  },
  {
    kind: 'parameter',
    keyword: 'parameter',
    minimumMajor: 15,
    sql: granted(
      ['SET'],
      `select p.parname, p.paracl, false from pg_parameter_acl p
        where p.parname in ('allow_system_table_mods', 'lo_compat_privileges', 'session_replication_role', 'zero_damaged_pages')`,
    ),
  },
  {
    kind: 'function',
    keyword: 'function',
    sql: granted(
      ['EXECUTE'],
      `select p.oid::regprocedure::text, p.proacl, false from pg_proc p
        where p.proacl is not null
          and p.proname in ('lo_import', 'lo_export', 'pg_file_write', 'pg_file_rename', 'pg_file_unlink', 'pg_file_sync')`,
    ),
  },
];
