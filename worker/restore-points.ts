import { randomBytes } from 'node:crypto';
import { listAllRestorePoints } from '../activities/find-restore-point.js';
import { prune } from '../activities/prune.js';
import type { Services } from '../activities/services.js';
import type { PrunedRestorePoint, RestorePointSummary, Verification } from '../contracts/backup.js';
import { ConnectionError } from '../contracts/errors.js';
import { inspectRestorePoint } from '../engine/backup/inspect-restore-point.js';
import { listRestorePoints, newestRestorePoint } from '../engine/backup/restore-points.js';
import { readLedger } from '../engine/copy/ledger.js';
import { lockTarget } from '../engine/safety/target-lock.js';
import type { Logger } from './logger.js';

/** What people do with the restore points of an environment. */
export interface RestorePointsDesk {
  /** Newest first. */
  list(environment: string): Promise<RestorePointSummary[]>;
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
  return {
    async list(environment) {
      configuration.require([environment]);
      if (configuration.environment(environment).type === 'production') return []; // nothing is ever cloned to it
      try {
        return await listAllRestorePoints(services, await guard.admitReadable(environment));
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
        logger.warn(`only archives are listed: ${error.message}`); // of a database that is absent, too
        return listRestorePoints(artifacts, environment);
      }
    },

    async verify({ environment, id, onProgress }) {
      check(environment);
      const point = { environment, id: id ?? (await newestRestorePoint(artifacts, environment)).id };
      return { id: point.id, ...(await inspectRestorePoint({ artifacts, point, ...(onProgress && { onProgress }) })) };
    },

    async prune(environment, { dryRun }) {
      configuration.require([environment]);
      const target = await guard.admitTarget(environment, { confirm: environment });
      const operation = `prune-${environment}-${randomBytes(4).toString('hex')}`;
      await using _lock = await lockTarget(target, { operation });
      const needed: string[] = [];
      if (target.exists) {
        await using session = await target.connect({ purpose: 'prune' });
        const unfinished = (await readLedger(session))?.operation; // its restore point is what the environment was
        if (unfinished) needed.push(unfinished);
      }
      return prune(services, { target, needed, dryRun });
    },
  };
}
