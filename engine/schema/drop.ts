import { SchemaError } from '../../contracts/errors.js';
import { translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { inBatches } from './batches.js';
import { DROP_STEPS, type DropStep } from './drop-steps.js';
import { UNDROPPABLE } from './droppable.js';
import { resetDefaultPrivileges, resetPublicSchema } from './reset-defaults.js';

export interface DropOptions {
  /** Called when nothing stands against it, before the first drop. */
  beforeDrop?(): Promise<void>;
  signal?: AbortSignal;
}

/**
 * Leaves the database as a new one: everything that a dump would recreate goes. The schema `envclone` stays, for it says what leads back; so do
 * large objects, settings of the database, and extensions that the role does not own, with the schemas that hold them. Thousands of relations go in
 * batches, because one transaction may hold only so many locks.
 * @throws SchemaError `SCHEMA_STATEMENT_FAILED`: naming what the role may not drop (nothing was touched then), or what the server refused
 */
export async function dropEverything(target: ConfirmedTarget, { beforeDrop, signal }: DropOptions = {}): Promise<void> {
  await using session = await target.connect({ purpose: 'drop-schema', ...(signal && { signal }) });
  await requireDroppable(session);
  await beforeDrop?.();
  await session.query("set client_min_messages = 'error'");
  for (const step of DROP_STEPS) await runStep(session, step);
  await guarded(session, 'resetting default privileges', () => resetDefaultPrivileges(session));
  await guarded(session, 'resetting schema public', () => resetPublicSchema(session));
}

/** What stands against `dropEverything`: `publication live (owner postgres)`. @throws ConnectionError; SchemaError `SCHEMA_UNREADABLE` */
export async function findUndroppable(
  target: ConfirmedTarget,
  { signal }: Pick<DropOptions, 'signal'> = {},
): Promise<string[]> {
  if (!target.exists) return [];
  try {
    await using session = await target.connect({ purpose: 'drop-schema', ...(signal && { signal }) });
    return await readUndroppable(session);
  } catch (error) {
    signal?.throwIfAborted();
    const doing = 'looking what cannot be dropped';
    throw translatePostgresError(error, { doing, environment: target.environment, otherwise: 'SCHEMA_UNREADABLE' });
  }
}

async function readUndroppable(session: Session): Promise<string[]> {
  const rows = await session.query<{ object: string }>(UNDROPPABLE);
  return rows.map(({ object }) => object);
}

async function requireDroppable(session: Session): Promise<void> {
  const objects = await readUndroppable(session);
  if (objects.length === 0) return;
  throw new SchemaError(
    'SCHEMA_STATEMENT_FAILED',
    `the role of ${session.environment} cannot drop ${objects.length} object(s) it does not own: ${objects.slice(0, 10).join(', ')}. Nothing was touched.`,
    { next: 'Connect to the target as the owner of these objects, or drop them.', details: { objects } },
  );
}

/** What a step finds is dropped with what depends on it, so the next batch names objects that may be gone. */
async function runStep(session: Session, { what, find, statement, batch }: DropStep): Promise<void> {
  await guarded(session, `dropping ${what}`, async () => {
    const found = await session.query<{ object: string }>(find);
    const statements = found.map(({ object }) => statement(object));
    await inBatches(statements, batch, async (part) => {
      await session.query(part.join(';\n')); // one simple query is one transaction
    });
  });
}

async function guarded(session: Session, doing: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { environment } = session;
    throw translatePostgresError(error, { doing, environment, otherwise: 'SCHEMA_STATEMENT_FAILED' });
  }
}
