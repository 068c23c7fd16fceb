import type { EnvironmentSettings } from '../environments/configuration.js';
import { REPLICA_URL } from '../environments/environment-variables.js';
import type { Session } from '../postgres/session.js';

/** What may end a clone that reads from a standby, and what to set there. */
export async function standbyWarnings(session: Session, { name, primaryUrl }: EnvironmentSettings): Promise<string[]> {
  const { isStandby, hasFeedback, delay } = await session.one<StandbyRow>(STANDBY);
  if (!isStandby)
    return primaryUrl ? [`${REPLICA_URL} of ${name} leads to a server that is no standby (any more)`] : [];
  if (hasFeedback) return [];
  return [
    `${name} is read from a standby with hot_standby_feedback = off: a VACUUM of its primary ends what reads for longer than max_standby_streaming_delay (${delay}), and the copy begins again; better, on the standby: alter system set hot_standby_feedback = on`,
  ];
}

type StandbyRow = { isStandby: boolean; hasFeedback: boolean; delay: string };

const STANDBY = `
  select pg_is_in_recovery() as "isStandby",
         current_setting('hot_standby_feedback')::bool as "hasFeedback",
         current_setting('max_standby_streaming_delay') as delay`;
