import { setTimeout as sleep } from 'node:timers/promises';
import { SafetyError } from '../../contracts/errors.js';
import type { Session } from '../postgres/session.js';
import { operationOf, sessionName } from '../postgres/session-name.js';
import type { ConfirmedTarget, ConnectInput } from './proofs.js';

export interface LockTargetInput {
  operation: string;
  signal?: AbortSignal;
}

/** Held until disposed, or until one of its connections is lost. */
export interface TargetLock extends AsyncDisposable {
  /** Rejects when a connection that holds the lock is lost; never resolves. Nobody has to listen. */
  readonly lost: Promise<never>;
}

/** `envc` in ASCII: the class of advisory locks that are envclone's. */
const LOCK_CLASS = 0x656e7663;
const BEAT_MS = 5_000;

/**
 * Takes the target for one operation, on its server's maintenance database and in the target itself, so that it also holds
 * while the database is created. @throws SafetyError `TARGET_BUSY` with the id of the operation that has it
 */
export async function lockTarget(target: ConfirmedTarget, { operation, signal }: LockTargetInput): Promise<TargetLock> {
  const input = { purpose: PURPOSE, operation, ...(signal && { signal }) };
  const sessions: Session[] = [];
  try {
    const maintenance = await connectMaintenance(target, input);
    if (maintenance) sessions.push(maintenance);
    if (target.exists) sessions.push(await target.connect(input));
    for (const session of sessions) await acquire(session, { target, operation, ...(signal && { signal }) });
  } catch (error) {
    await closeAll(sessions);
    throw error;
  }
  const watch = watchConnections(sessions);
  return {
    lost: watch.lost,
    async [Symbol.asyncDispose]() {
      watch.stop();
      await closeAll(sessions); // the server releases the locks of a closed session
    },
  };
}

/** Where the lock of a database that is not there yet is kept. A target that exists can do with its own lock. */
async function connectMaintenance(target: ConfirmedTarget, input: ConnectInput): Promise<Session | undefined> {
  let session: Session;
  try {
    session = await target.connectMaintenance(input);
  } catch (error) {
    if (!target.exists) throw error;
    return undefined; // a role that may connect to nothing else
  }
  const { database } = await session.one<{ database: string }>('select current_database()::text as database');
  if (!target.exists || database !== 'template1') return session;
  await session.close(); // held for hours, it would keep others from creating databases
  return undefined;
}

interface AcquireInput extends LockTargetInput {
  target: ConfirmedTarget;
}

const ATTEMPTS = 20;
const END_HOLDER_AT = 6;
const PAUSE_MS = 500;

/** The same operation may find its own earlier session, whose worker died: it waits for it, then ends it. */
async function acquire(session: Session, { target, operation, signal }: AcquireInput): Promise<void> {
  const key = [LOCK_CLASS, target.database];
  for (let attempt = 1; ; attempt++) {
    const { held } = await session.one<{ held: boolean }>(
      'select pg_try_advisory_lock($1::int, hashtext($2)) as held',
      key,
    );
    if (held) return;
    const [holder] = await session.query<{ pid: number; name: string }>(HOLDER, key);
    if (!holder) {
      if (attempt < ATTEMPTS) continue; // it let go in between
      throw busy(target.environment, 'another session');
    }
    if (holder.name !== sessionName({ operation, purpose: PURPOSE }) || attempt >= ATTEMPTS)
      throw busy(target.environment, holderOf(holder.name));
    if (attempt === END_HOLDER_AT) await session.query('select pg_terminate_backend($1)', [holder.pid]).catch(() => {}); // not permitted: go on waiting
    await sleep(PAUSE_MS, undefined, signal && { signal });
  }
}

const HOLDER = `
  select l.pid, coalesce(a.application_name, '') as name
    from pg_locks l
    left join pg_stat_activity a on a.pid = l.pid
   where l.locktype = 'advisory' and l.granted and l.objsubid = 2
     and l.classid = $1::int::oid and l.objid = hashtext($2)::oid
     and l.database = (select oid from pg_database where datname = current_database())`;

function busy(environment: string, holder: string): SafetyError {
  return new SafetyError('TARGET_BUSY', `${environment} is held by ${holder}`, {
    next: `Wait for ${holder}, or cancel it.`,
    details: { holder },
  });
}

const PURPOSE = 'lock';

function holderOf(name: string): string {
  return operationOf(name, PURPOSE) ?? (name || 'another session');
}

function watchConnections(sessions: readonly Session[]): { lost: Promise<never>; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const lost = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      Promise.all(sessions.map((session) => session.query('select 1'))).catch((error: unknown) => {
        clearInterval(timer);
        reject(error);
      });
    }, BEAT_MS);
  });
  lost.catch(() => {});
  return { lost, stop: () => clearInterval(timer) };
}

async function closeAll(sessions: readonly Session[]): Promise<void> {
  await Promise.all(sessions.map((session) => session.close()));
}
