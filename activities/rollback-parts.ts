import type { RollbackChanges } from '../contracts/clone.js';
import { SafetyError } from '../contracts/errors.js';
import type { SchemaDefinition } from '../contracts/schema.js';
import type { RestorePointInput, RollBackPartsInput } from '../contracts/stages.js';
import { archivedRows } from '../engine/backup/archived-rows.js';
import { databaseRows } from '../engine/backup/database-rows.js';
import { readRestorePoint } from '../engine/backup/restore-points.js';
import { readUnfinished } from '../engine/copy/unfinished.js';
import { operationArtifact, readIfThere } from '../engine/monitoring/operation-artifacts.js';
import { endEarlierRollback } from '../engine/rollback/earlier-rollback.js';
import { resolveParts } from '../engine/rollback/parts.js';
import type { PointRows } from '../engine/rollback/point-rows.js';
import { rollBackParts } from '../engine/rollback/roll-back-parts.js';
import type { ConfirmedTarget } from '../engine/safety/proofs.js';
import { openingKept } from '../engine/swap/read-kept.js';
import { adapt } from './adapt.js';
import { readSchema } from './read-schema.js';
import { requireEnded } from './require-ended.js';
import { restorePoint } from './restore-point.js';
import type { OpenServices, Services } from './services.js';
import { undoUnfinished } from './undo-unfinished.js';
import { schemaRef } from './unit-artifacts.js';

export const createRollbackPartsActivities = (open: OpenServices) => ({
  /** Before anything is touched, the new restore point included: what was asked for is in the restore point. @throws ConfigurationError, DataError */
  async checkParts({ grant, point, kind, parts, before }: RollBackPartsInput): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      if (before) await undoUnfinished(services, grant, { signal, progress, requireEnded });
      const target = await services.guard.admitTarget(grant.target, { ...grant, signal });
      if (!target.exists) throw refused(`${grant.target} has no database that could take parts`);
      await withPoint(services, { target, point, kind, signal }, async ({ wanted }) => {
        resolveParts(parts, { present: await readSchema(target, signal), wanted });
      });
    });
  },

  /** Takes parts of the target back, in one transaction; without `before` it is only tried. An attempt after one that came to its end changes nothing. */
  async rollBackParts({ grant, point, kind, parts, before }: RollBackPartsInput): Promise<RollbackChanges> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      const { guard, artifacts } = services;
      const { operation } = grant;
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
      const ref = operationArtifact(operation, 'changes');
      const done =
        before && (await isMarked(target, operation, signal)) && (await readIfThere<RollbackChanges>(artifacts, ref));
      if (done) return done;
      return withPoint(services, { target, point, kind, signal }, async ({ wanted, rows }) => {
        const present = await readSchema(target, signal);
        return rollBackParts({
          target,
          present,
          wanted,
          rows,
          parts,
          operation,
          restorePoint: before?.id,
          async beforeCommit(changes, statements) {
            await artifacts.writeJson(schemaRef(operation), { ...present, statements });
            await artifacts.writeJson(ref, changes);
          },
          signal,
          onProgress: progress,
        });
      });
    });
  },

  /** Compensation: the target is what it was, unless nothing was changed. Says whether something was. */
  async undoRollbackOfParts({ grant, point }: RestorePointInput): Promise<{ wasChanged: boolean }> {
    return adapt(async ({ signal, progress }) => {
      const { guard, artifacts } = await open();
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
      const { operation } = grant;
      if (!(await isMarked(target, operation, signal))) return { wasChanged: false };
      await restorePoint({ target, point, operation, artifacts, signal, onProgress: progress });
      return { wasChanged: true };
    });
  },
});

/** The mark is there with the change, or neither is: an attempt that may still be under way is ended first. */
async function isMarked(target: ConfirmedTarget, operation: string, signal: AbortSignal): Promise<boolean> {
  await endEarlierRollback(target, { signal });
  await using session = await target.connect({ purpose: 'ledger', signal });
  return (await readUnfinished(session))?.operation === operation;
}

interface PointInput extends Pick<RollBackPartsInput, 'point' | 'kind'> {
  target: ConfirmedTarget;
  signal: AbortSignal;
}

interface PointContent {
  wanted: SchemaDefinition;
  rows: PointRows;
}

/** The files of an archive are compared as their rows come in, before the commit. A database is open while it is dumped, and while its rows are read by a session of its own. */
async function withPoint<Result>(
  { artifacts }: Services,
  { target, point, kind, signal }: PointInput,
  work: (content: PointContent) => Promise<Result>,
): Promise<Result> {
  if (kind !== 'database') {
    const archive = await readRestorePoint(artifacts, point);
    if (archive.kind === 'drop database')
      throw refused(`restore point ${point.id} says that there was no database: it has no tables and no components`);
    return work({ wanted: archive.schema, rows: archivedRows(artifacts, archive) });
  }
  const opened = await openingKept(target, { id: point.id, signal }, async (kept) => ({
    wanted: await readSchema(kept, signal),
    session: await kept.connect({ purpose: 'restore-points', signal }),
  }));
  await using session = opened.session;
  await session.query('set row_security = off; begin isolation level repeatable read read only');
  return await work({ wanted: opened.wanted, rows: databaseRows(session, opened.wanted) });
}

function refused(why: string): SafetyError {
  return new SafetyError('ROLLBACK_REFUSED', why, {
    next: 'Return to the whole restore point, without tables and components, or to another one: envclone restore-points <environment>',
  });
}
