import type { RelationName } from '../../contracts/relations.js';
import type { Session } from '../postgres/session.js';
import type { SourceRoleInput } from './source-role.js';

/** What `sourceRoleSql` has to know of a database. A session of any role that can connect will do. */
export async function readSourceRoleFacts(session: Session): Promise<Omit<SourceRoleInput, 'role'>> {
  const facts = await session.one<{
    database: string;
    schemas: string[] | null;
    supportsBypassRls: boolean;
    rlsTables: RelationName[] | null;
  }>(FACTS);
  const { database, supportsBypassRls } = facts;
  return {
    database,
    serverMajor: session.serverMajor,
    supportsBypassRls,
    schemas: facts.schemas ?? [],
    rlsTables: facts.rlsTables ?? [],
  };
}

/** A role that has BYPASSRLS proves that it can be had here. */
const FACTS = `
  select current_database()::text as database,
         (select json_agg(nspname order by nspname) from pg_namespace
           where nspname !~ '^pg_' and nspname <> 'information_schema') as schemas,
         (select rolsuper or rolbypassrls from pg_roles where rolname = session_user) as "supportsBypassRls",
         (select json_agg(json_build_object('schema', n.nspname, 'name', c.relname) order by n.nspname, c.relname)
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
           where c.relrowsecurity and c.relkind in ('r', 'p')) as "rlsTables"`;
