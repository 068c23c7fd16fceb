import { setTimeout as sleep } from 'node:timers/promises';
import { SafetyError } from '../../contracts/errors.js';
import type { Session } from '../postgres/session.js';
import { operationOf, sessionName } from '../postgres/session-name.js';
import type { ConfirmedTarget, ConnectInput } from './proofs.js';

export interface LockTargetInput {
  operation: string;
  /** Whether the operation that holds the lock is known to be over: it was terminated, and its worker has not heard of it or is gone. Default: none is. */
  hasEnded?(holder: string): Promise<boolean>;
  signal?: AbortSignal;
}

/** Held until disposed, or until its connections are lost. */
export interface TargetLock extends AsyncDisposable {
  /** Rejects when a connection that holds the lock is lost for good; never resolves. Nobody has to listen. */
  readonly lost: Promise<never>;
}

/** `envc` in ASCII: the class of advisory locks that are envclone's. */
const LOCK_CLASS = 0x656e7663;
const BEAT_MS = 5_000;
const TAKE_AGAIN_MS = 30_000;

/**
 * Takes the target for one operation, on its server's maintenance database and in the target itself, so that it also holds
 * while the database is created. @throws SafetyError `TARGET_BUSY` with the id of the operation that has it
 */
export async function lockTarget(target: ConfirmedTarget, lock: LockTargetInput): Promise<TargetLock> {
  const { operation, signal } = lock;
  const input = { purpose: PURPOSE, operation, ...(signal && { signal }) };
  const holding: Holding = {};
  const take = { ...lock, target };
  try {
    holding.maintenance = await connectMaintenance(target, input);
    if (holding.maintenance) await acquire(holding.maintenance, take);
    if (target.exists) {
      holding.own = await target.connect(input);
      await acquire(holding.own, take);
    }
  } catch (error) {
    await closeAll(holding);
    throw error;
  }
  const watch = watchConnections(holding, () => takeAgain(holding, { ...take, connect: () => target.connect(input) }));
  return {
    lost: watch.lost,
    async [Symbol.asyncDispose]() {
      await watch.stop();
      await closeAll(holding); // the server releases the locks of a closed session
    },
  };
}

/** The lock's connections. */
interface Holding {
  maintenance?: Session | undefined;
  /** In the target itself. */
  own?: Session | undefined;
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
const PAUSE_MS = 500;
/** Of the same operation: its worker died. */
const END_OWN_AT = 6;
/** Of one that was terminated: by then its worker has heard of it and has stopped all that it did, or is gone. */
const END_ENDED_AT = 14;

/** An earlier session of the same operation, or one of an operation that has ended, is waited for, then ended. */
async function acquire(session: Session, { target, operation, hasEnded, signal }: AcquireInput): Promise<void> {
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
    const isOwn = holder.name === sessionName({ operation, purpose: PURPOSE });
    const other = operationOf(holder.name, PURPOSE);
    if (attempt >= ATTEMPTS || !(isOwn || (other !== undefined && (await hasEnded?.(other)))))
      throw busy(target.environment, other ?? (holder.name || 'another session'));
    if (attempt === (isOwn ? END_OWN_AT : END_ENDED_AT))
      await session.query('select pg_terminate_backend($1)', [holder.pid]).catch(() => {}); // not permitted: go on waiting
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

/**
 * A swap ends every session in the target, and another database has its name then: while the maintenance database still holds the lock, it is
 * taken in that one again.
 */
async function takeAgain(
  holding: Holding,
  { connect, ...input }: AcquireInput & { connect(): Promise<Session> },
): Promise<void> {
  for (const startedAt = Date.now(); ; await sleep(PAUSE_MS, undefined, input.signal && { signal: input.signal })) {
    await holding.maintenance?.query('select 1');
    try {
      holding.own = await connect();
      return await acquire(holding.own, input);
    } catch (error) {
      if (error instanceof SafetyError || Date.now() - startedAt > TAKE_AGAIN_MS) throw error;
    }
  }
}

interface Watch {
  lost: Promise<never>;
  stop(): Promise<void>;
}

function watchConnections(holding: Holding, takeOwnAgain: () => Promise<void>): Watch {
  const stopped = new AbortController();
  let beating: Promise<void> = Promise.resolve();
  const lost = new Promise<never>((_, reject) => {
    void beat().catch(reject);
  });
  lost.catch(() => {});

  async function beat(): Promise<void> {
    while (await isPaused()) {
      beating = look();
      await beating;
    }
  }

  async function isPaused(): Promise<boolean> {
    return sleep(BEAT_MS, true, { signal: stopped.signal }).catch(() => false);
  }

  async function look(): Promise<void> {
    await holding.maintenance?.query('select 1');
    try {
      await holding.own?.query('select 1');
    } catch (error) {
      if (!holding.maintenance) throw error;
      await takeOwnAgain();
    }
  }

  return {
    lost,
    async stop() {
      stopped.abort();
      await beating.catch(() => {});
    },
  };
}

async function closeAll({ maintenance, own }: Holding): Promise<void> {
  await Promise.all([maintenance?.close(), own?.close()]);
}
