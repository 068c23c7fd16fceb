import type { Session } from '../postgres/session.js';
import type { StatementObject } from './statement-object.js';

/**
 * Takes an object's privileges back to what PostgreSQL gives by itself, which is what the statements of a dump add to. Default privileges have given
 * what is new others.
 */
export async function resetPrivileges(session: Session, objects: readonly StatementObject[]): Promise<void> {
  const addresses = objects.flatMap(({ makes }) => (makes && HAVE_PRIVILEGES.has(makes.type) ? [makes] : []));
  const rows = await session.query<PrivilegeRow>(PRIVILEGES, [JSON.stringify(addresses)]);
  for (const { word, identity, owner, isForEverybody, grantees } of rows) {
    const on = `${word} ${identity}`;
    await session.query(
      [
        ...grantees.map((grantee) => `revoke all on ${on} from ${grantee} cascade`),
        `grant all on ${on} to ${owner}`,
        ...(isForEverybody ? [`grant ${word === 'type' ? 'usage' : 'execute'} on ${on} to public`] : []),
      ].join('; '),
    );
  }
}

const HAVE_PRIVILEGES = new Set([
  'table',
  'view',
  'materialized view',
  'foreign table',
  'sequence',
  'function',
  'procedure',
  'aggregate',
  'type',
  'schema',
]);

interface PrivilegeRow {
  word: 'table' | 'sequence' | 'routine' | 'type' | 'schema';
  identity: string;
  /** Quoted. */
  owner: string;
  isForEverybody: boolean;
  /** Quoted role names, or PUBLIC; nobody when nobody was given anything. */
  grantees: string[];
}

const PRIVILEGES = `
  with found as (
    select distinct address.classid, address.objid
      from jsonb_array_elements($1::jsonb) as asked (object)
     cross join lateral pg_get_object_address(
             asked.object ->> 'type',
             array(select jsonb_array_elements_text(asked.object -> 'names')),
             array(select jsonb_array_elements_text(asked.object -> 'args'))) as address
  ), kept as (
    select 'pg_class'::regclass::oid as catalog, oid, relacl as acl, relowner as owner,
           case relkind when 'S' then 'sequence' else 'table' end as word
      from pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all select 'pg_proc'::regclass, oid, proacl, proowner, 'routine' from pg_proc
    union all select 'pg_type'::regclass, oid, typacl, typowner, 'type' from pg_type
    union all select 'pg_namespace'::regclass, oid, nspacl, nspowner, 'schema' from pg_namespace
  )
  select kept.word,
         (pg_identify_object(kept.catalog, kept.oid, 0)).identity as identity,
         quote_ident(pg_get_userbyid(kept.owner)) as owner,
         kept.word in ('routine', 'type') as "isForEverybody",
         array(select distinct case when a.grantee = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(a.grantee)) end
                 from (select (aclexplode(kept.acl)).grantee
                       union all
                       select (aclexplode(att.attacl)).grantee
                         from pg_attribute att
                        where kept.catalog = 'pg_class'::regclass and att.attrelid = kept.oid and att.attacl is not null) as a) as grantees
    from found
    join kept on kept.catalog = found.classid and kept.oid = found.objid
   where kept.acl is not null
      or exists (select from pg_attribute att where kept.catalog = 'pg_class'::regclass and att.attrelid = kept.oid and att.attacl is not null)`;
