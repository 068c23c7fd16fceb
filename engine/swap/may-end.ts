/** SQL: whether this session's role may end a session of role `r` of pg_roles, as pg_terminate_backend decides it. */
export const MAY_END = `
  (select case
            when me.rolsuper then true
            when r.rolsuper then false
            else pg_has_role(r.oid, 'USAGE') or pg_has_role('pg_signal_backend', 'USAGE')
          end
     from pg_roles me
    where me.rolname = current_user)`;
