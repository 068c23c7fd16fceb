import { randomBytes } from 'node:crypto';
import { listAllRestorePoints } from '../activities/find-restore-point.js';
import { prune } from '../activities/prune.js';
import type { Services } from '../activities/services.js';
import type { PrunedRestorePoint, RestorePointSummary, Verification } from '../contracts/backup.js';
import { ConnectionError, DataError } from '../contracts/errors.js';
import { inspectRestorePoint } from '../engine/backup/inspect-restore-point.js';
import { listRestorePoints, newestRestorePoint } from '../engine/backup/restore-points.js';
import { readUnfinished } from '../engine/copy/unfinished.js';
import { isMissingDatabase } from '../engine/postgres/errors.js';
import { lockTarget } from '../engine/safety/target-lock.js';
import type { Logger } from './logger.js';

/** What people do with the restore points of an environment. */
export interface RestorePointsDesk {
  /** Newest first, also of an environment whose database is not there. Calls `onWarning` when databases could not be looked for. */
  list(environment: string, options?: { onWarning?(message: string): void }): Promise<RestorePointSummary[]>;
  /** Reads one back completely, by default the newest, and keeps what that came to. */
  verify(input: VerifyPointInput): Promise<{ id: string } & Verification>;
  /** Removes what is beyond the retention. @throws SafetyError `TARGET_BUSY` while an operation holds the environment */
  prune(environment: string, options: { dryRun: boolean }): Promise<PrunedRestorePoint[]>;
}

export interface VerifyPointInput {
  environment: string;
  id?: string;
  onProgress?(file: string): void;
}

export function openRestorePointsDesk(services: Services, logger: Logger): RestorePointsDesk {
  const { configuration, artifacts, guard } = services;
  const check = (environment: string) => {
    configuration.environment(environment);
    configuration.require([]);
  };
  const admit = (environment: string) =>
    guard.admitReadable(environment).catch((error: unknown) => {
      if (!isMissingDatabase(error)) throw error;
      return guard.admitTarget(environment, { confirm: environment });
    });
  /** Why nothing can be read back where there is no archive: databases are restore points too. */
  const explainMissing = async (error: unknown, { environment, id }: VerifyPointInput): Promise<unknown> => {
    if (!(error instanceof DataError) || error.code !== 'RESTORE_POINT_MISSING') return error;
    const points = await admit(environment)
      .then((from) => listAllRestorePoints(services, from))
      .catch(() => []); // then nothing is known of databases
    const point = points.find(({ kind, ...found }) => kind === 'database' && (id === undefined || found.id === id));
    if (!point) return error;
    return new DataError(
      'RESTORE_POINT_MISSING',
      `${point.id} is no archive but a database on the server of ${environment}: there is nothing to read back`,
      { next: `To return to it: envclone rollback ${environment} --to ${point.id} --confirm ${environment}` },
    );
  };
  return {
    async list(environment, { onWarning = (message: string) => logger.warn(message) } = {}) {
      configuration.require([environment]);
      if (configuration.environment(environment).type === 'production') return []; // nothing is ever cloned to it
      try {
        return await listAllRestorePoints(services, await admit(environment));
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
        onWarning(`only archives are listed: ${error.message}`);
        return listRestorePoints(artifacts, environment);
      }
    },

    async verify(input) {
      const { environment, id, onProgress } = input;
      check(environment);
      try {
        const point = { environment, id: id ?? (await newestRestorePoint(artifacts, environment)).id };
        return {
          id: point.id,
          ...(await inspectRestorePoint({ artifacts, point, ...(onProgress && { onProgress }) })),
        };
      } catch (error) {
        throw await explainMissing(error, input);
      }
    },

    async prune(environment, { dryRun }) {
      configuration.require([environment]);
      const target = await guard.admitTarget(environment, { confirm: environment });
      const operation = `prune-${environment}-${randomBytes(4).toString('hex')}`;
      await using _lock = await lockTarget(target, { operation });
      const needed: string[] = [];
      if (target.exists) {
        await using session = await target.connect({ purpose: 'prune' });
        const unfinished = await readUnfinished(session); // its restore point is what the environment was
        if (unfinished) needed.push(unfinished.restorePoint ?? unfinished.operation);
      }
      return await prune(services, { target, needed, dryRun });
    },
  };
}
