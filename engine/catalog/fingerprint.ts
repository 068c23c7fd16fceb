import type { Session } from '../postgres/session.js';
import { isUserSchema } from './user-objects.js';

/**
 * A hash over what the catalogs define: another one after any DDL, the same after rows, VACUUM, ANALYZE, REINDEX or a new position of
 * a sequence. Compare it with an earlier one of the same database only: OIDs are part of it.
 */
export async function schemaFingerprint(session: Session): Promise<string> {
  const { fingerprint } = await session.one<{ fingerprint: string }>(fingerprintSql(session.serverMajor));
  return fingerprint;
}

/** The first OID of what is created after a database cluster was made. */
const FIRST_USER_OID = 16_384;

function fingerprintSql(serverMajor: number): string {
  const parts = [...relationParts(serverMajor), ...wholeCatalogs(serverMajor).map(wholeCatalog)];
  return `
    with user_schema as materialized (select n.oid from pg_namespace n where ${isUserSchema('n')}),
         relation as materialized (
           select c.oid, c.relkind
             from pg_class c
            where c.relnamespace in (select oid from user_schema) and c.relkind not in ('i', 'I'))
    select md5(string_agg(part || ':' || coalesce(hash, ''), ',' order by part)) as fingerprint
      from (${parts.join('\n            union all\n')}) parts`;
}

/** Catalogs that also count rows or name files: only the columns that define. Indexes go by name, for REINDEX CONCURRENTLY makes new ones. */
function relationParts(serverMajor: number): string[] {
  const compression = serverMajor >= 14 ? ', a.attcompression' : '';
  const nullsNotDistinct = serverMajor >= 15 ? ', i.indnullsnotdistinct' : '';
  const enforced = serverMajor >= 18 ? ', f.conenforced, f.conperiod' : '';
  return [
    part(
      'schemas',
      'row(n.oid, n.nspname, n.nspowner, n.nspacl)',
      'pg_namespace n where n.oid in (select oid from user_schema)',
      'n.oid',
    ),
    part(
      'relations',
      `row(c.oid, c.relname, c.relnamespace, c.reloftype, c.relowner, c.relam, c.reltablespace, c.relkind, c.relpersistence, c.relnatts,
           c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispartition, c.relpartbound, c.relacl, c.reloptions)`,
      'relation join pg_class c using (oid)',
      'c.oid',
    ),
    part(
      'columns',
      `row(a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated, a.attisdropped,
           a.attcollation, a.attstorage, a.attstattarget, a.attislocal, a.attinhcount, a.attacl, a.attoptions, a.attfdwoptions${compression})`,
      'relation join pg_attribute a on a.attrelid = relation.oid where a.attnum > 0',
      'a.attrelid, a.attnum',
    ),
    part('defaults', 'd', 'relation join pg_attrdef d on d.adrelid = relation.oid', 'd.oid'),
    part(
      'constraints',
      `row(f.oid, f.conname, f.connamespace, f.contype, f.condeferrable, f.condeferred, f.convalidated, f.conrelid, f.contypid, f.confrelid,
           f.confupdtype, f.confdeltype, f.confmatchtype, f.conislocal, f.coninhcount, f.connoinherit, f.conkey, f.confkey, f.conpfeqop,
           f.conexclop, f.conbin${enforced})`,
      'pg_constraint f where f.connamespace in (select oid from user_schema)',
      'f.oid',
    ),
    part(
      'indexes',
      `row(i.indrelid, c.relname, c.relam, c.reltablespace, c.reloptions, i.indnkeyatts, i.indisunique, i.indisprimary, i.indisexclusion,
           i.indimmediate, i.indisclustered, i.indisvalid, i.indisreplident, i.indkey, i.indcollation, i.indclass, i.indoption,
           i.indexprs, i.indpred${nullsNotDistinct})`,
      `relation
         join pg_index i on i.indrelid = relation.oid
         join pg_class c on c.oid = i.indexrelid
        where i.indisvalid or c.relkind = 'I'`,
      'i.indrelid, c.relname',
    ),
    part('triggers', 't', 'relation join pg_trigger t on t.tgrelid = relation.oid where not t.tgisinternal', 't.oid'),
    part('rules', 'r', 'relation join pg_rewrite r on r.ev_class = relation.oid', 'r.oid'),
    part('policies', 'p', 'relation join pg_policy p on p.polrelid = relation.oid', 'p.oid'),
    part('inheritance', 'i', 'relation join pg_inherits i on i.inhrelid = relation.oid', 'i.inhrelid, i.inhparent'),
    part('partitioning', 'p', 'relation join pg_partitioned_table p on p.partrelid = relation.oid', 'p.partrelid'),
    part('sequences', 's', 'relation join pg_sequence s on s.seqrelid = relation.oid', 's.seqrelid'),
    part('foreign tables', 'f', 'relation join pg_foreign_table f on f.ftrelid = relation.oid', 'f.ftrelid'),
    part('types', 't', 'pg_type t where t.typnamespace in (select oid from user_schema)', 't.oid'),
    part('functions', 'p', 'pg_proc p where p.pronamespace in (select oid from user_schema)', 'p.oid'),
    part(
      'comments',
      'd',
      `pg_description d
         left join pg_class c on d.classoid = 'pg_class'::regclass and c.oid = d.objoid
        where d.objoid >= ${FIRST_USER_OID} and (c.oid is null or c.oid in (select oid from relation))`,
      'd.classoid, d.objoid, d.objsubid',
    ),
  ];
}

/** Catalogs in which nothing changes but definitions. */
const WHOLE_CATALOGS = [
  'pg_aggregate',
  'pg_amop',
  'pg_amproc',
  'pg_cast',
  'pg_collation',
  'pg_conversion',
  'pg_default_acl',
  'pg_enum',
  'pg_event_trigger',
  'pg_extension',
  'pg_foreign_data_wrapper',
  'pg_foreign_server',
  'pg_language',
  'pg_opclass',
  'pg_operator',
  'pg_opfamily',
  'pg_publication',
  'pg_publication_rel',
  'pg_range',
  'pg_statistic_ext',
  'pg_transform',
  'pg_ts_config',
  'pg_ts_config_map',
  'pg_ts_dict',
];

function wholeCatalogs(serverMajor: number): string[] {
  return serverMajor >= 15 ? [...WHOLE_CATALOGS, 'pg_publication_namespace'] : WHOLE_CATALOGS;
}

/** Where a row is known by something else than its own OID. */
const KEYS: Record<string, string> = {
  pg_aggregate: 'aggfnoid',
  pg_range: 'rngtypid',
  pg_ts_config_map: 'mapcfg',
};

function wholeCatalog(catalog: string): string {
  const key = KEYS[catalog] ?? 'oid';
  return part(catalog, 'o', `${catalog} o where o.${key}::oid >= ${FIRST_USER_OID}`, `o.${key}, md5(o::text)`);
}

/** One line of the hash: `value` of every row, hashed row by row so that the server never holds a catalog as one text. */
function part(name: string, value: string, from: string, order: string): string {
  return `select '${name}' as part, md5(string_agg(md5((${value})::text), '' order by ${order})) as hash from ${from}`;
}
