import type { SourceLimits } from '../../contracts/environments.js';
import type { Session } from '../postgres/session.js';

/** What the server does for others. `null`: there is nothing of the kind, or the role may not see it. */
export interface SourceLoad {
  replicaLagSeconds: number | null;
  oldestXminSeconds: number | null;
  activeConnections: number | null;
}

export async function readLoad(session: Session): Promise<SourceLoad> {
  return session.one<SourceLoad & Record<string, number | null>>(LOAD);
}

/**
 * A standby that has not replayed all that it received is behind by the age of the last transaction it replayed; one that replayed none yet, since
 * it started. Transactions hold VACUUM back in their own database, by an xmin or an xid; VACUUM itself does not. envclone's sessions are not counted.
 */
const LOAD = `
  select greatest(
           (select extract(epoch from max(replay_lag)) from pg_stat_replication),
           case when pg_is_in_recovery() and pg_last_wal_receive_lsn() is distinct from pg_last_wal_replay_lsn()
                then extract(epoch from clock_timestamp() - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time())) end
         )::float8 as "replicaLagSeconds",
         (select extract(epoch from clock_timestamp() - min(xact_start))
            from pg_stat_activity
           where datname = current_database()
             and (backend_xid is not null or backend_xmin is not null)
             and application_name not like 'envclone:%'
             and pid not in (select pid from pg_stat_progress_vacuum)
         )::float8 as "oldestXminSeconds",
         (select count(*)
            from pg_stat_activity
           where state = 'active'
             and backend_type = 'client backend'
             and application_name not like 'envclone:%'
         )::float8 as "activeConnections"`;

/** The limits that a load passes, each with its figures: `statements running: 45, above limits.activeConnections (40)`. */
export function passedLimits(load: SourceLoad, limits: SourceLimits): PassedLimit[] {
  return LOAD_LIMITS.flatMap((name) => {
    const [value, limit] = [load[name], limits[name]];
    if (value === null || limit === undefined || value <= limit) return [];
    const unit = name.endsWith('Seconds') ? ' s' : '';
    return [{ name, figures: `${WORDS[name]} ${rounded(value)}${unit}, above limits.${name} (${limit}${unit})` }];
  });
}

export interface PassedLimit {
  name: keyof SourceLoad;
  figures: string;
}

export const LOAD_LIMITS = ['replicaLagSeconds', 'oldestXminSeconds', 'activeConnections'] as const;

const WORDS: Record<keyof SourceLoad, string> = {
  replicaLagSeconds: 'a standby is behind by',
  oldestXminSeconds: 'the oldest transaction has lasted',
  activeConnections: 'statements running:',
};

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
