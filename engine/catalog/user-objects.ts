/** Of an alias of `pg_namespace`: neither PostgreSQL's own schemas, nor temporary ones, nor the ledger. */
export function isUserSchema(namespace: string): string {
  return `${namespace}.nspname !~ '^pg_' and ${namespace}.nspname not in ('information_schema', 'envclone')`;
}

/** Of an object: no extension brought it. */
export function isOwnObject(catalog: string, oid: string): string {
  return `not exists (select from pg_depend member
                       where member.classid = '${catalog}'::regclass and member.objid = ${oid} and member.deptype = 'e')`;
}
