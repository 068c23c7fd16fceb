import type { FunctionDefinition } from '../../contracts/schema.js';
import type { Session } from '../postgres/session.js';
import { isOwnObject, isUserSchema } from './user-objects.js';

/** Functions of every kind; not the constructors that a range type makes for itself. */
export function readFunctions(session: Session): Promise<FunctionDefinition[]> {
  // A body of SQL statements (14 and later) is kept parsed, and the source text is empty.
  const body = session.serverMajor >= 14 ? 'coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)' : 'p.prosrc';
  return session.query<FunctionDefinition>(`
    select n.nspname::text as schema, p.proname::text as name,
           format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) as identity,
           case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window' else 'function' end as kind,
           l.lanname::text as language, ${body} as body, p.prosecdef as "isSecurityDefiner"
      from pg_proc p
      join pg_namespace n on n.oid = p.pronamespace
      join pg_language l on l.oid = p.prolang
     where ${isUserSchema('n')} and ${isOwnObject('pg_proc', 'p.oid')}
       and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')
     order by n.nspname, p.proname, identity`);
}
