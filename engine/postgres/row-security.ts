/**
 * SQL: whether policies may hide rows of the relation `c` (pg_class) from the current role. The one that hides nothing is `using (true)` for
 * reading, for this role, with no restrictive one beside it.
 */
export const IS_FILTERED = `
  (row_security_active(c.oid) and (
     not exists (select from pg_policy p
                  where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*')
                    and pg_get_expr(p.polqual, p.polrelid) = 'true'
                    and exists (select from unnest(p.polroles) role where role = 0 or pg_has_role(role, 'USAGE')))
     or exists (select from pg_policy p
                 where p.polrelid = c.oid and not p.polpermissive and p.polcmd in ('r', '*')
                   and pg_get_expr(p.polqual, p.polrelid) <> 'true'
                   and exists (select from unnest(p.polroles) role where role = 0 or pg_has_role(role, 'USAGE')))))`;
