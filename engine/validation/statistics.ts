import type { EnvironmentStatistics } from '../../contracts/validation.js';
import { type CheckContext, IS_USER_SCHEMA, openTarget } from './check.js';

/** What is in the target. `records` is PostgreSQL's estimate here; the check of rows replaces it by its count. */
export async function readStatistics(context: CheckContext): Promise<EnvironmentStatistics> {
  await using session = await openTarget(context);
  const { records, sizeBytes, ...counts } = await session.one<
    Omit<EnvironmentStatistics, 'records' | 'sizeBytes'> & { records: string; sizeBytes: string }
  >(STATISTICS);
  return { ...counts, records: Number(records), sizeBytes: Number(sizeBytes) };
}

/** One row. Partitions count as tables; functions of extensions do not count. */
const STATISTICS = `
  with relations as (
    select c.* from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${IS_USER_SCHEMA}
  )
  select (select count(*)::int from relations where relkind in ('r', 'p')) as tables,
         (select coalesce(sum(greatest(reltuples, 0)), 0)::bigint::text from relations where relkind = 'r') as records,
         (select count(*)::int
            from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
           where ${IS_USER_SCHEMA}
             and not exists (
               select from pg_depend d
                where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
             )) as functions,
         (select count(*)::int from pg_trigger g join relations c on c.oid = g.tgrelid where not g.tgisinternal) as triggers,
         (select count(*)::int from pg_policy p join relations c on c.oid = p.polrelid) as policies,
         (select count(*)::int from relations where relkind in ('i', 'I')) as indexes,
         pg_database_size(current_database())::text as "sizeBytes"`;
