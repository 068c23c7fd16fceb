import type { EnvcloneError } from '../../contracts/errors.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { type FailureContext, postgresFields, translatePostgresError } from './errors.js';
import type { Session } from './session.js';

/** Opens a session of its own: the one that waited has failed. */
type Connect = (input: { purpose: string }) => Promise<Session>;

export interface WantedLock {
  /** Absent: any relation of the database. */
  relation?: RelationName | undefined;
  /** What could not be had. Default `ACCESS SHARE`, which COPY … TO and pg_dump take; `ACCESS EXCLUSIVE` is TRUNCATE's. */
  mode?: 'ACCESS SHARE' | 'ACCESS EXCLUSIVE';
}

/** As `translatePostgresError`; a lock that could not be had in time is told with who holds it. */
export async function explainLockTimeout(
  error: unknown,
  { connect, relation, mode, ...context }: FailureContext & WantedLock & { connect: Connect },
): Promise<EnvcloneError> {
  if (postgresFields(error)?.code !== LOCK_NOT_AVAILABLE) return translatePostgresError(error, context);
  const wanted = { relation, ...(mode && { mode }) };
  const because = await describeLockHolders(connect, wanted).catch(() => 'who holds it could not be asked');
  return translatePostgresError(error, { ...context, because });
}

const LOCK_NOT_AVAILABLE = '55P03';

/** One line: `public.t is held by pid 4711 (user app, application psql, idle in transaction for 35 s)`. Never a query's text. */
export async function describeLockHolders(connect: Connect, wanted: WantedLock = {}): Promise<string> {
  await using session = await connect({ purpose: 'locks' });
  const holders = await lockHolders(session, wanted);
  return holders.map(describeHolder).join('; ') || 'whoever held it has let go';
}

export interface LockHolder {
  relation: RelationName;
  /** False: it waits for the lock itself, and everybody after it waits behind it. */
  isGranted: boolean;
  /** `null`: a prepared transaction, which has no process. */
  pid: number | null;
  /** What follows is `null` where the role may not see it. */
  user: string | null;
  application: string | null;
  state: string | null;
  /** Since its transaction began. */
  seconds: number | null;
}

/** Who is in the way, on the table or on an index of it: holders first, the oldest transaction first. Five at most. */
export async function lockHolders(
  session: Session,
  { relation, mode = 'ACCESS SHARE' }: WantedLock,
): Promise<LockHolder[]> {
  const values = [relation?.schema ?? null, relation?.name ?? null, mode === 'ACCESS EXCLUSIVE'];
  return session.query<LockHolder>(LOCK_HOLDERS, values);
}

const LOCK_HOLDERS = `
  select distinct
         jsonb_build_object('schema', n.nspname, 'name', c.relname) as relation,
         l.granted as "isGranted",
         l.pid,
         a.usename::text as "user",
         a.application_name as application,
         a.state,
         extract(epoch from now() - a.xact_start)::float8 as seconds
    from pg_locks l
    left join pg_index i on i.indexrelid = l.relation
    join pg_class c on c.oid = coalesce(i.indrelid, l.relation)
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_stat_activity a on a.pid = l.pid
   where l.locktype = 'relation'
     and (l.mode = 'AccessExclusiveLock' or (l.granted and $3))
     and l.database = (select oid from pg_database where datname = current_database())
     and l.pid is distinct from pg_backend_pid()
     and ($1::text is null or (n.nspname = $1 and c.relname = $2::text))
   order by "isGranted" desc, seconds desc nulls last
   limit 5`;

function describeHolder({ relation, isGranted, pid, user, application, state, seconds }: LockHolder): string {
  const label = `${relationLabel(relation)} is ${isGranted ? 'held' : 'waited for'} by`;
  if (pid === null) return `${label} a prepared transaction`;
  const since = seconds === null ? '' : ` for ${Math.max(0, Math.round(seconds))} s`;
  const facts = [
    user !== null && `user ${user}`,
    application && `application ${application}`,
    state === null ? 'what it does is hidden: grant pg_monitor' : state + since,
  ].filter(Boolean);
  return `${label} pid ${pid} (${facts.join(', ')})`;
}
