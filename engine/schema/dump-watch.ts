import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError } from '../../contracts/errors.js';
import { isConnectionLoss } from '../postgres/errors.js';
import { Session } from '../postgres/session.js';
import { sessionName } from '../postgres/session-name.js';

export interface WatchedDump {
  url: string;
  /** Whose database it is, for messages. */
  environment: string;
  signal?: AbortSignal;
  /** Default 10 s: so often the server is asked for the dump's session. */
  lookMs?: number;
}

export interface RunningDump {
  /** Name of its session. */
  application: string;
  /** Ends it. */
  signal: AbortSignal;
}

/** Looks in a row that find no server or no such session. */
const MOST_LOST = 2;
/** pg_dump may think for a while between two questions. */
const MOST_IDLE = 6;

/**
 * Runs a dump, and ends it when its session has gone: pg_dump itself waits without end for a network that was cut without a word.
 * @throws ConnectionError `CONNECTION_FAILED`; whatever the dump throws
 */
export async function watchDump(input: WatchedDump, dump: (running: RunningDump) => Promise<string>): Promise<string> {
  const application = sessionName({ operation: randomBytes(4).toString('hex'), purpose: 'dump' });
  const [lost, over] = [new AbortController(), new AbortController()];
  const signals = [lost.signal, ...(input.signal ? [input.signal] : [])];
  void watch({ ...input, application, over: over.signal }).then((isLost) => isLost && lost.abort());
  try {
    return await dump({ application, signal: AbortSignal.any(signals) });
  } catch (error) {
    if (!lost.signal.aborted) throw error;
    const message = `dumping the schema of ${input.environment}: the server does not answer, or does not work on it`;
    throw new ConnectionError('CONNECTION_FAILED', message);
  } finally {
    over.abort();
  }
}

interface WatchInput extends WatchedDump {
  application: string;
  over: AbortSignal;
}

/** Whether the session was lost before the dump was over. */
async function watch({ lookMs = 10_000, ...input }: WatchInput): Promise<boolean> {
  let [lost, idle] = [0, 0];
  while (lost < MOST_LOST && idle < MOST_IDLE) {
    if (!(await sleep(lookMs, true, { signal: input.over, ref: false }).catch(() => false))) return false;
    const state = await stateOf(input);
    lost = state === 'lost' ? lost + 1 : 0;
    idle = state === 'idle' ? idle + 1 : 0;
  }
  return !input.over.aborted;
}

async function stateOf({ url, environment, application }: WatchInput): Promise<'lost' | 'idle' | 'busy'> {
  try {
    await using session = await Session.open({ url, environment, purpose: 'look', readOnly: true });
    const [found] = await session.query<{ isIdle: boolean | null }>(
      `select state like 'idle%' as "isIdle" from pg_stat_activity where application_name = $1`,
      [application],
    );
    if (!found) return 'lost';
    return found.isIdle ? 'idle' : 'busy';
  } catch (error) {
    return error instanceof ConnectionError || isConnectionLoss(error) ? 'lost' : 'busy';
  }
}
