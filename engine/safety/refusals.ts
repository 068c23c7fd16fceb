import { SafetyError } from '../../contracts/errors.js';
import type { Stamp } from './stamp.js';

export function productionByType(environment: string): SafetyError {
  return new SafetyError('TARGET_IS_PRODUCTION', `${environment} is of type production: it is only ever read`, {
    next: 'Name another environment as the target.',
    details: { by: 'type', environment },
  });
}

export function productionByStamp(environment: string, stamp: Stamp): SafetyError {
  return new SafetyError(
    'TARGET_IS_PRODUCTION',
    `the database that DATABASE_URL of ${environment} leads to says that it is ${stamp.environment}`,
    { details: { by: 'stamp', environment, stamp: stamp.environment } },
  );
}

export function productionByIdentity(environment: string, production: string): SafetyError {
  return new SafetyError('TARGET_IS_PRODUCTION', `${environment} and ${production} are the same database`, {
    next: `Point .env.${environment} at another database, then run: envclone doctor. A server restored from a physical backup of ${production} keeps its identity: make the target's with initdb.`,
    details: { by: 'identity', environment, production },
  });
}

export function stampMismatch(environment: string, { environment: stamped, resetSql }: Stamp): SafetyError {
  return new SafetyError(
    'TARGET_STAMP_MISMATCH',
    `the database that DATABASE_URL of ${environment} leads to says that it is ${stamped}`,
    {
      next: `Check DATABASE_URL of ${environment}; when it is right, run there: ${resetSql}`,
      details: { environment, stamp: stamped, resetSql },
    },
  );
}

export function sameDatabase(source: string, target: string): SafetyError {
  return new SafetyError('SAME_DATABASE', `${source} and ${target} are the same database`, {
    details: { source, target },
  });
}
