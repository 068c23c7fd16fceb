import { postgresFields } from '../postgres/errors.js';
import { quoteIdentifier } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';

const INSUFFICIENT_PRIVILEGE = '42501';

interface DefaultPrivilegesRow {
  owner: string;
  schema: string | null;
  /** `tables`, `sequences`, `functions`, `types`, `schemas`, `large objects` */
  objects: string;
  /** Quoted role names, or PUBLIC. */
  grantees: string[];
}

/** Back to what PostgreSQL grants by itself. Those of roles that this one cannot act for stay. */
export async function resetDefaultPrivileges(session: Session): Promise<void> {
  const rows = await session.query<DefaultPrivilegesRow>(`
    select pg_get_userbyid(d.defaclrole) as owner, n.nspname as schema,
           case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types'
                                when 'n' then 'schemas' when 'L' then 'large objects' end as objects,
           array(
             select distinct case when a.grantee = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(a.grantee)) end
             from aclexplode(d.defaclacl) as a
           ) as grantees
    from pg_default_acl as d
    left join pg_namespace as n on n.oid = d.defaclnamespace
    where pg_has_role(d.defaclrole, 'USAGE')`);
  for (const row of rows) await session.query(resetStatements(row).join('; '));
}

function resetStatements({ owner, schema, objects, grantees }: DefaultPrivilegesRow): string[] {
  const change = `alter default privileges for role ${quoteIdentifier(owner)}`;
  if (schema !== null) {
    return grantees.map((to) => `${change} in schema ${quoteIdentifier(schema)} revoke all on ${objects} from ${to}`);
  }
  const builtIn = [`${change} grant all on ${objects} to ${quoteIdentifier(owner)}`];
  if (objects === 'functions') builtIn.push(`${change} grant execute on functions to public`);
  if (objects === 'types') builtIn.push(`${change} grant usage on types to public`);
  return [...grantees.map((to) => `${change} revoke all on ${objects} from ${to}`), ...builtIn];
}

interface PublicSchemaRow {
  /** Owner, comment and privileges are those that initdb gives. */
  isFresh: boolean;
  grantees: string[];
  owner: string;
  /** Who owns it in a new database of this version. */
  freshOwner: string;
}

/**
 * Schema public as in a new database of 15 and later. That is what pg_dump takes for granted since 15, of older servers too, where a new
 * database lets everybody create objects in it. It is not dropped: other notes that initdb made of it would be lost. A role that may not change it leaves it, empty, as it is.
 */
export async function resetPublicSchema(session: Session): Promise<void> {
  await session.query('create schema if not exists public').catch(unlessForbidden);
  const [row] = await session.query<PublicSchemaRow>(publicSchema(session.serverMajor));
  if (!row || row.isFresh) return;
  const { grantees, owner, freshOwner } = row;
  const statements = [
    ...grantees.map((grantee) => `revoke all on schema public from ${grantee} cascade`),
    `grant all on schema public to ${owner}`,
    'grant usage on schema public to public',
    `comment on schema public is 'standard public schema'`,
  ];
  await session.query(statements.join('; ')).catch(unlessForbidden);
  await session.query(`alter schema public owner to ${freshOwner}`).catch(unlessForbidden); // its privileges go with it
}

function publicSchema(serverMajor: number): string {
  const owner = serverMajor >= 15 ? "'pg_database_owner'" : 'pg_get_userbyid(10)'; // 10: the superuser that initdb made
  return `
    select pg_get_userbyid(n.nspowner) = ${owner}
             and obj_description(n.oid, 'pg_namespace') is not distinct from 'standard public schema'
             and n.nspacl::text[] = array[
               quote_ident(${owner}) || '=UC/' || quote_ident(${owner}), '=U/' || quote_ident(${owner})
             ] as "isFresh",
           array(
             select distinct case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end
             from aclexplode(n.nspacl) as a
           ) as grantees,
           quote_ident(pg_get_userbyid(n.nspowner)) as owner,
           quote_ident(${owner}) as "freshOwner"
    from pg_namespace as n
    where n.nspname = 'public'`;
}

function unlessForbidden(error: unknown): void {
  if (postgresFields(error)?.code !== INSUFFICIENT_PRIVILEGE) throw error;
}
