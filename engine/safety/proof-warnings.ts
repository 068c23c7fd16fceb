import type { Session } from '../postgres/session.js';
import type { ReachableRole } from './role-closure.js';

/** What a reader may use that does not write this database by itself, and deserves a look. */
export async function proofWarnings(session: Session, roles: readonly ReachableRole[]): Promise<string[]> {
  const { definers, servers } = await session.one<{ definers: number; servers: string[] | null }>(WARNINGS, [
    [0, ...roles.map(({ oid }) => oid)],
  ]);
  const warnings: string[] = [];
  if (definers > 0) {
    warnings.push(
      `the source's role may execute ${definers} SECURITY DEFINER function(s), which run with their owners' privileges; envclone calls none, and its transactions are READ ONLY`,
    );
  }
  if (servers)
    warnings.push(
      `the source's role may use foreign servers: ${servers.join(', ')}; what they lead to was not examined`,
    );
  const signalling = roles.find(({ name }) => SIGNALLING_ROLES.has(name));
  if (signalling) warnings.push(`the source's role is a member of ${signalling.name}: it can end other sessions`);
  return warnings;
}

const SIGNALLING_ROLES = new Set(['pg_signal_backend', 'pg_signal_autovacuum_worker']);

const WARNINGS = `
  select (select count(*)::int
            from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
           where p.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
             and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
             and exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                          where a.grantee = any ($1::oid[]) and a.privilege_type = 'EXECUTE')) as definers,
         (select array_agg(quote_ident(s.srvname) order by s.srvname)
            from pg_foreign_server s
           where exists (select from aclexplode(s.srvacl) a
                          where a.grantee = any ($1::oid[]) and a.privilege_type = 'USAGE')) as servers`;
