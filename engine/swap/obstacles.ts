import { databaseAddress } from '../environments/database-url.js';
import { buildingName } from '../postgres/database-names.js';
import { isMissingDatabase, sqlStateOf, translatePostgresError } from '../postgres/errors.js';
import { onDatabase } from '../postgres/on-database.js';
import { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { MAY_END } from './may-end.js';

export interface SwapObstacles {
  /** Why no clone can be built beside this target, or could not be all that the target is. Empty: it can. */
  lasting: string[];
  /** What is in the way now, and may not be later: sessions that this role may not end. */
  passing: string[];
}

/** Looks at role, platform and database; nothing is touched. @throws ConnectionError; SchemaError `SCHEMA_UNREADABLE` */
export async function findSwapObstacles(
  target: ConfirmedTarget,
  { signal }: { signal?: AbortSignal } = {},
): Promise<SwapObstacles> {
  const input = { purpose: 'swap-obstacles', ...(signal && { signal }) };
  try {
    await using session = await target.connect(input);
    const { lasting, passing } = await session.one<SwapObstacles>(obstaclesSql(session.serverMajor));
    const elsewhere = await maintenanceObstacle(target, input);
    const host = hostObstacles(target.url);
    const unreachable = host.length > 0 ? [] : await buildingObstacle(target, input);
    return { lasting: [...host, ...elsewhere, ...unreachable, ...lasting], passing };
  } catch (error) {
    signal?.throwIfAborted();
    throw translatePostgresError(error, {
      doing: 'looking whether the target can be swapped',
      environment: target.environment,
      otherwise: 'SCHEMA_UNREADABLE',
    });
  }
}

const POOLER_PORT = 6432;

/** What the address gives away. A pooler has the name of a database in its configuration, and keeps connections to it. */
function hostObstacles(url: string): string[] {
  const { host, port } = databaseAddress(url);
  if (/(^|\.)supabase\.(co|com|net|in)$/.test(host)) return ['Supabase has one database for each project'];
  return port === POOLER_PORT || /pooler|pgbouncer/i.test(host) ? ['the URL leads to a pooler'] : [];
}

/** Renaming takes a session elsewhere for a moment, and the target's lock has one there for hours; in template1 that would keep others from creating databases. */
async function maintenanceObstacle(
  target: ConfirmedTarget,
  input: Parameters<ConfirmedTarget['connectMaintenance']>[0],
): Promise<string[]> {
  const where = await databaseOf(() => target.connectMaintenance(input)).catch(() => undefined); // it may connect to nothing else
  return where === undefined || where === 'template1'
    ? ['its role cannot connect to another database of the server, such as postgres']
    : [];
}

/** Who may connect is decided by a database's name too (pg_hba.conf), before the server says whether there is one of that name. */
async function buildingObstacle(
  { environment, database, url }: ConfirmedTarget,
  input: Parameters<ConfirmedTarget['connectMaintenance']>[0],
): Promise<string[]> {
  const building = buildingName({ database, operation: 'reached' });
  try {
    await using _session = await Session.open({ ...input, url: onDatabase(url, building), environment });
    return [];
  } catch (error) {
    if (isMissingDatabase(error)) return [];
    if (sqlStateOf(error) === undefined) throw error; // nobody answered
    return [`its role cannot connect to a database that is named ${building}`];
  }
}

async function databaseOf(open: () => Promise<Session>): Promise<string> {
  await using session = await open();
  return (await session.one<{ name: string }>('select current_database()::text as name')).name;
}

/** To create for another role takes a membership; since 16 one with the SET option. Settings that are not every session's to change take a superuser. */
function obstaclesSql(serverMajor: number): string {
  const membership = serverMajor >= 16 ? 'SET' : 'MEMBER';
  return `
    select array_remove(array[
             case when not (me.rolsuper or me.rolcreatedb)
               then format('role %s may not create databases (CREATEDB)', me.rolname) end,
             case when not (me.rolsuper or (pg_has_role(d.datdba, 'USAGE') and pg_has_role(d.datdba, '${membership}')))
               then format('the database belongs to %s, and role %s cannot act for it', o.rolname, me.rolname) end,
             case when not has_tablespace_privilege(d.dattablespace, 'CREATE') and t.spcname <> 'pg_default'
               then format('role %s may not create in tablespace %s', me.rolname, t.spcname) end,
             ${serverMajor >= 15 ? 'null' : `case when not me.rolsuper then 'before PostgreSQL 15, schema public of a new database belongs to a superuser' end`},
             case when not me.rolsuper then
               (select 'only a superuser can create these extensions again: ' || string_agg(e.extname, ', ' order by e.extname)
                  from pg_extension e
                  join pg_available_extension_versions v on v.name = e.extname and v.version = e.extversion
                 where v.superuser and not v.trusted) end,
             case when not me.rolsuper then
               (select 'only a superuser can carry over settings of roles in this database: ' || string_agg(r.rolname, ', ' order by r.rolname)
                  from pg_db_role_setting s
                  join pg_roles r on r.oid = s.setrole
                 where s.setdatabase = d.oid and r.rolname <> me.rolname) end,
             case when not me.rolsuper then
               (select 'only a superuser can carry over settings of the database: ' || string_agg(name, ', ' order by name)
                  from (select split_part(config, '=', 1) as name
                          from pg_db_role_setting s, unnest(s.setconfig) config
                         where s.setdatabase = d.oid) configured
                 where name <> 'envclone.environment'
                   and not exists (select from pg_settings g where lower(g.name) = lower(configured.name) and g.context = 'user')) end,
             case when exists (select from pg_roles where rolname = 'supabase_admin')
               then 'Supabase has one database for each project' end,
             (select 'replication slots belong to the database: ' || string_agg(slot_name, ', ' order by slot_name)
                from pg_replication_slots
               where database = d.datname),
             (select 'subscriptions belong to the database: ' || string_agg(subname, ', ' order by subname)
                from pg_subscription
               where subdbid = d.oid),
             case when exists (select from pg_prepared_xacts where database = d.datname)
               then 'the database has prepared transactions' end
           ], null) as lasting,
           array_remove(array[
             (select 'connected, and not to be ended by this role: ' || string_agg(distinct r.rolname, ', ' order by r.rolname)
                from pg_stat_activity a
                join pg_roles r on r.oid = a.usesysid
               where a.datid = d.oid and not ${MAY_END})
           ], null) as passing
      from pg_database d
      join pg_roles o on o.oid = d.datdba
      join pg_tablespace t on t.oid = d.dattablespace
      join pg_roles me on me.rolname = current_user
     where d.datname = current_database()`;
}
