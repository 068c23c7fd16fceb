import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError } from '../../contracts/errors.js';
import { describePostgresError, postgresFields, translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ReadOnlySource } from '../safety/proofs.js';

export interface HoldSnapshotInput {
  /** Ends the holding. */
  signal: AbortSignal;
  /** Looks at the source inside this very snapshot, before anybody may import it; what it throws ends the holding. */
  check?(session: Session): Promise<void>;
  /** Takes the id that `copyTables` imports. */
  onReady(snapshot: string): Promise<void>;
  /** Called after each sign of life of the connection. */
  onBeat?(): void;
  /** Milliseconds between two signs of life. Default 3,000. */
  beatMs?: number;
}

/**
 * Keeps one snapshot of the source open for every copier. Never resolves: rejects with the signal's reason once it aborts.
 * @throws ConnectionError `SNAPSHOT_LOST` when the transaction ended first
 */
export async function holdSnapshot(source: ReadOnlySource, input: HoldSnapshotInput): Promise<never> {
  const { signal, check, onReady } = input;
  await using session = await source.connect({ purpose: 'snapshot', signal });
  try {
    const snapshot = await exportSnapshot(session);
    await check?.(session).catch((error: unknown) => {
      throw postgresFields(error)?.code === CONFLICT_WITH_RECOVERY ? lost(session, error) : error;
    });
    await onReady(snapshot);
    return await beat(session, input);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

async function exportSnapshot(session: Session): Promise<string> {
  try {
    await session.query('begin isolation level repeatable read read only');
    const { snapshot } = await session.one<{ snapshot: string }>('select pg_export_snapshot() as snapshot');
    return snapshot;
  } catch (error) {
    throw translatePostgresError(error, {
      doing: 'exporting a snapshot',
      environment: session.environment,
      otherwise: 'CONNECTION_FAILED',
    });
  }
}

async function beat(session: Session, { signal, onBeat, beatMs = 3_000 }: HoldSnapshotInput): Promise<never> {
  for (;;) {
    await sleep(beatMs, undefined, { signal });
    await session.query('select 1').catch((error: unknown) => {
      throw lost(session, error);
    });
    onBeat?.();
  }
}

/** What a standby says when it had to apply what its primary removed. */
const CONFLICT_WITH_RECOVERY = '40001';

function lost({ environment }: Session, error: unknown): ConnectionError {
  return new ConnectionError(
    'SNAPSHOT_LOST',
    `the snapshot of ${environment} is gone: ${describePostgresError(error)}`,
  );
}
