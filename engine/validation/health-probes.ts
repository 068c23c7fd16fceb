import type { HealthState } from '../../contracts/validation.js';
import type { Session } from '../postgres/session.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { counted, IS_USER_SCHEMA } from './check.js';
import { invalidIndexes } from './indexes-check.js';

export interface ProbeAnswer {
  state: HealthState;
  message: string;
}

export interface HealthProbe {
  name: string;
  /** Says something only when no operation is at the environment. */
  isAfterwards?: boolean;
  ask(session: Session, environment: ReadOnlySource): Promise<ProbeAnswer>;
}

const OLDEST_MAJOR = 13;
const NEWEST_MAJOR = 18;
const FULL_SHARE = 0.9;
/** Of the 2 147 million transactions after which PostgreSQL stops writing. */
const OLD_TRANSACTIONS = 1_500_000_000;

/** What is asked of every environment, one short statement each. */
export const HEALTH_PROBES: readonly HealthProbe[] = [
  {
    name: 'version',
    async ask({ serverMajor }) {
      const isSupported = serverMajor >= OLDEST_MAJOR && serverMajor <= NEWEST_MAJOR;
      return answer(
        isSupported,
        `PostgreSQL ${serverMajor}`,
        `PostgreSQL ${serverMajor} is not one of ${OLDEST_MAJOR} to ${NEWEST_MAJOR}`,
      );
    },
  },
  {
    name: 'connections',
    async ask(session) {
      const { used, most } = await session.one<{ used: number; most: number }>(
        `select (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
                current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most`,
      );
      const message = `${used} of ${most} connections in use`;
      return answer(used < FULL_SHARE * most, message, message);
    },
  },
  {
    name: 'locks',
    async ask(session) {
      const { waiting, idle } = await session.one<{ waiting: number; idle: number }>(
        `select count(*) filter (where wait_event_type = 'Lock' and clock_timestamp() - state_change > '30 s')::int as waiting,
                count(*) filter (where state like 'idle in transaction%' and clock_timestamp() - xact_start > '1 h')::int as idle
           from pg_stat_activity
          where datname = current_database()`,
      );
      const trouble = `${counted(waiting, 'session')} waiting for a lock for 30 s, ${counted(idle, 'session')} idle in a transaction for an hour`;
      return answer(waiting + idle === 0, 'nobody waits for a lock', trouble);
    },
  },
  {
    name: 'indexes',
    async ask(session) {
      const invalid = await invalidIndexes(session);
      return answer(invalid.length === 0, 'every index is valid', `invalid: ${invalid.slice(0, 10).join(', ')}`);
    },
  },
  {
    name: 'extensions',
    async ask(session) {
      const rows = await session.query<{ extname: string; isAvailable: boolean }>(
        `select extname, exists (select from pg_available_extensions a where a.name = extname) as "isAvailable" from pg_extension order by 1`,
      );
      const missing = rows.filter(({ isAvailable }) => !isAvailable).map(({ extname }) => extname);
      const message = `${counted(rows.length, 'extension')} installed`;
      return answer(
        missing.length === 0,
        message,
        `installed, and not on the server: ${missing.join(', ')}`,
        'unhealthy',
      );
    },
  },
  {
    name: 'row security',
    async ask(session) {
      const rows = await session.query<{ table: string }>(
        `select n.nspname || '.' || c.relname as table
           from pg_class c
           join pg_namespace n on n.oid = c.relnamespace
          where not c.relrowsecurity
            and exists (select from pg_policy p where p.polrelid = c.oid)
            and ${IS_USER_SCHEMA}
          order by 1
          limit 10`,
      );
      const tables = rows.map(({ table }) => table).join(', ');
      return answer(rows.length === 0, 'policies are in force', `policies without row security: ${tables}`);
    },
  },
  {
    name: 'integrity',
    async ask(session) {
      const { failures, age } = await session.one<{ failures: string; age: string }>(
        `select coalesce(s.checksum_failures, 0)::text as failures, age(d.datfrozenxid)::text as age
           from pg_database d
           join pg_stat_database s on s.datid = d.oid
          where d.datname = current_database()`,
      );
      if (Number(failures) > 0) return { state: 'unhealthy', message: `${failures} pages failed their checksum` };
      return answer(Number(age) < OLD_TRANSACTIONS, 'no damaged page seen', `vacuum is overdue: ${age} transactions`);
    },
  },
  {
    name: 'size',
    async ask(session) {
      const { size } = await session.one<{ size: string }>(
        'select pg_size_pretty(pg_database_size(current_database())) as size',
      );
      return { state: 'healthy', message: size };
    },
  },
  {
    name: 'stamp',
    isAfterwards: true,
    async ask(session, { environment, type }) {
      const [row] = await session.query<{ stamp: string }>(STAMP);
      if (!row && type === 'production') return { state: 'healthy', message: 'production carries none' };
      if (!row) return { state: 'degraded', message: `no stamp says that this is ${environment}` };
      const isOwn = row.stamp === environment;
      return answer(isOwn, `stamped ${row.stamp}`, `the database says that it is ${row.stamp}`, 'unhealthy');
    },
  },
  {
    name: 'ledger',
    isAfterwards: true,
    async ask(session) {
      const rows = await session.query(`select from pg_namespace where nspname = 'envclone'`);
      const trouble = 'an operation did not finish here: its ledger is still there';
      return answer(rows.length === 0, 'no unfinished operation', trouble, 'unhealthy');
    },
  },
];

function answer(isWell: boolean, well: string, trouble: string, state: HealthState = 'degraded'): ProbeAnswer {
  return isWell ? { state: 'healthy', message: well } : { state, message: trouble };
}

/** The environment's name, kept by `alter database … set envclone.environment`. */
const STAMP = `
  select substr(setting, length('envclone.environment=') + 1) as stamp
    from pg_db_role_setting s
    join pg_database d on d.oid = s.setdatabase
    cross join lateral unnest(s.setconfig) setting
   where d.datname = current_database()
     and s.setrole = 0
     and setting like 'envclone.environment=%'`;
