import type { TableDefinition } from '../../contracts/schema.js';
import { IS_FILTERED } from '../postgres/row-security.js';
import type { Session } from '../postgres/session.js';
import { isUserSchema } from './user-objects.js';

/** What `pg_class` and its neighbours say of a table. */
export interface TableRow {
  oid: number;
  schema: string;
  name: string;
  kind: TableDefinition['kind'];
  isUnlogged: boolean;
  hasRowSecurity: boolean;
  estimatedRows: number;
  /** A bigint as pg returns it. */
  sizeBytes: string;
  /** Of the rows alone, where their place in pages can be asked for. */
  pages: number | null;
  /** Of a partition. */
  parent: number | null;
  partitionNumbers: number[] | null;
  partitionStrategy: 'list' | 'range' | 'hash' | null;
  isPartitionedByExpression: boolean;
  extension: string | null;
  extensionFilter: string | null;
  comment: string | null;
}

export function readTableRows(session: Session): Promise<TableRow[]> {
  return session.query<TableRow & Record<string, unknown>>(tableRowsSql(session.serverMajor));
}

function tableRowsSql(serverMajor: number): string {
  // Before 14, a table that was never analyzed says 0, as an empty one does.
  const estimatedRows = serverMajor >= 14 ? 'c.reltuples' : 'case when c.relpages = 0 then -1 else c.reltuples end';
  return `
    select c.oid, n.nspname::text as schema, c.relname::text as name,
           case c.relkind when 'p' then 'partitioned' when 'f' then 'foreign' else 'table' end as kind,
           c.relpersistence = 'u' as "isUnlogged", c.relrowsecurity as "hasRowSecurity",
           ${estimatedRows} as "estimatedRows",
           case when c.relkind = 'r' then coalesce(pg_table_size(c.oid), 0) else 0 end as "sizeBytes",
           case when c.relkind = 'r' and am.amname = 'heap' and ${serverMajor >= 14} then
             (pg_relation_size(c.oid) / current_setting('block_size')::int)::float8 end as pages,
           (select i.inhparent from pg_inherits i where i.inhrelid = c.oid and c.relispartition) as parent,
           (${PARTITION_NUMBERS}) as "partitionNumbers",
           case p.partstrat when 'l' then 'list' when 'r' then 'range' when 'h' then 'hash' end as "partitionStrategy",
           p.partexprs is not null as "isPartitionedByExpression",
           e.extname::text as extension, (${EXTENSION_FILTER}) as "extensionFilter",
           comment.description as comment
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_am am on am.oid = c.relam
      left join pg_partitioned_table p on p.partrelid = c.oid
      left join pg_depend member
        on member.classid = 'pg_class'::regclass and member.objid = c.oid and member.objsubid = 0 and member.deptype = 'e'
      left join pg_extension e on e.oid = member.refobjid
      left join pg_description comment
        on comment.classoid = 'pg_class'::regclass and comment.objoid = c.oid and comment.objsubid = 0
     where c.relkind in ('r', 'p', 'f') and ${isUserSchema('n')}
     order by n.nspname, c.relname`;
}

/** A partition key's columns cannot go before the table does: the dependency says so of those in expressions too. */
const PARTITION_NUMBERS = `
  select array_agg(distinct d.objsubid)
    from pg_depend d
   where p.partrelid is not null
     and d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid > 0
     and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.refobjsubid = 0 and d.deptype = 'i'`;

/** Which rows are configuration; of a table that the role cannot read whole, none. */
const EXTENSION_FILTER = `
  select e.extcondition[position]
    from generate_subscripts(e.extconfig, 1) position
   where e.extconfig[position] = c.oid
     and has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT') and not ${IS_FILTERED}`;
