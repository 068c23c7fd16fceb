import { DataError } from '../../contracts/errors.js';
import { commentSql } from '../postgres/comment-lines.js';
import { keptName } from '../postgres/database-names.js';
import { quoteIdentifier } from '../postgres/quote.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { readDatabase } from './database-facts.js';
import { exchangeNames } from './exchange.js';
import { type KeptDatabase, listKeptDatabases } from './kept-databases.js';
import { type KeptStamp, keptStamp } from './kept-stamp.js';
import { returnedStamp } from './returned-stamp.js';
import { countContent } from './swap-target.js';

interface ReturnInput {
  /** The restore point's. */
  id: string;
  /** The rollback: what the target was until now becomes its restore point. */
  operation: string;
  signal?: AbortSignal;
}

/**
 * Lets the database that is this restore point be the target again. Called again, it finds that done, or does it.
 * @throws DataError `RESTORE_POINT_MISSING`, ConnectionError `TARGET_IN_USE`; nothing has changed then
 */
export async function returnToDatabase(target: ConfirmedTarget, { id, operation, signal }: ReturnInput): Promise<void> {
  const { environment, exists } = target;
  const all = await listKeptDatabases(target, signal);
  const comment = await commentOf(target, signal);
  if (all.some(({ stamp }) => stamp.operation === operation)) return;
  if (returnedStamp.of(comment)?.operation === operation) return;
  const point = all.find(({ stamp }) => stamp.operation === id);
  if (!point) throw new DataError('RESTORE_POINT_MISSING', `${environment} has no restore point ${id}`);
  if (!exists) return takeFreeName(target, { point, operation, signal });
  const { replacedBy: _before, ...replacedBy } = point.stamp;
  const counts = await countContent(target, signal);
  const stamp = { environment, operation, createdAt: new Date().toISOString(), ...counts, replacedBy };
  await changePlaces(target, { comment, stamp, point, signal });
}

interface PlacesInput {
  /** The target's. */
  comment: string | null;
  /** What the target will say of itself as a restore point. */
  stamp: KeptStamp;
  /** What becomes the target. */
  point: KeptDatabase;
  signal: AbortSignal | undefined;
}

async function changePlaces(target: ConfirmedTarget, { comment, stamp, point, signal }: PlacesInput): Promise<void> {
  const { database } = target;
  await exchangeNames(target, {
    renamings: [
      { from: database, to: keptName({ database, operation: stamp.operation }) },
      { from: point.database, to: database },
    ],
    statements: [
      ...closing(database, keptStamp.with(comment, stamp)),
      ...opening(point, keptStamp.without(point.comment)),
    ],
    signal,
  });
}

/** There is no target that could keep a stamp of this rollback: the database that takes its name keeps one. */
async function takeFreeName(
  target: ConfirmedTarget,
  { point, operation, signal }: { point: KeptDatabase; operation: string; signal: AbortSignal | undefined },
): Promise<void> {
  const returned = returnedStamp.with(keptStamp.without(point.comment), { operation, point: point.stamp });
  await exchangeNames(target, {
    renamings: [{ from: point.database, to: target.database }],
    statements: opening(point, returned),
    signal,
  });
}

/** Undoes `returnToDatabase`: target and restore point are what they were. Does nothing where nothing was exchanged. */
export async function undoReturn(target: ConfirmedTarget, { operation, signal }: Omit<ReturnInput, 'id'>) {
  const comment = await commentOf(target, signal);
  const returned = returnedStamp.of(comment);
  if (returned?.operation === operation) return giveNameUp(target, { comment, point: returned.point, signal });
  const before = (await listKeptDatabases(target, signal)).find(({ stamp }) => stamp.operation === operation);
  const replaced = before?.stamp.replacedBy;
  if (before && replaced) await changePlaces(target, { comment, stamp: replaced, point: before, signal });
}

/** There was no target before the rollback, and so there is none after its undo. */
async function giveNameUp(
  target: ConfirmedTarget,
  { comment, point, signal }: { comment: string | null; point: KeptStamp; signal: AbortSignal | undefined },
): Promise<void> {
  const { database } = target;
  await exchangeNames(target, {
    renamings: [{ from: database, to: keptName({ database, operation: point.operation }) }],
    statements: closing(database, keptStamp.with(comment, point)),
    signal,
  });
}

function closing(database: string, comment: string): string[] {
  return [
    commentSql(database, returnedStamp.without(comment)),
    `alter database ${quoteIdentifier(database)} allow_connections false`,
  ];
}

function opening({ database }: KeptDatabase, comment: string): string[] {
  return [commentSql(database, comment), `alter database ${quoteIdentifier(database)} allow_connections true`];
}

async function commentOf(
  { database, connectMaintenance }: ConfirmedTarget,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  await using session = await connectMaintenance({ purpose: 'swap', ...(signal && { signal }) });
  return (await readDatabase(session, database))?.comment ?? null;
}
