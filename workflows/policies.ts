import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { createBackupActivities } from '../activities/backup.js';
import type { createCopyActivities } from '../activities/copy.js';
import type { createGuardActivities } from '../activities/guard.js';
import type { createMigrateActivities } from '../activities/migrate.js';
import type { createPlanActivities } from '../activities/plan.js';
import type { createRecoveryActivities } from '../activities/recovery.js';
import type { createReportActivities } from '../activities/report.js';
import type { createRollbackPartsActivities } from '../activities/rollback-parts.js';
import type { createSwapActivities } from '../activities/swap.js';
import type { createValidateActivities } from '../activities/validate.js';

type Activities = ReturnType<typeof createGuardActivities> &
  ReturnType<typeof createPlanActivities> &
  ReturnType<typeof createBackupActivities> &
  ReturnType<typeof createMigrateActivities> &
  ReturnType<typeof createCopyActivities> &
  ReturnType<typeof createSwapActivities> &
  ReturnType<typeof createRollbackPartsActivities> &
  ReturnType<typeof createValidateActivities> &
  ReturnType<typeof createReportActivities> &
  ReturnType<typeof createRecoveryActivities>;

/** Which failures are final is said by the failure itself: activities mark a code that trying again cannot change. */
const BACKOFF = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' } as const;

const { WAIT_CANCELLATION_COMPLETED } = ActivityCancellationType;

const WATCHED = { heartbeatTimeout: '30s', cancellationType: WAIT_CANCELLATION_COMPLETED } as const;

/** Questions and records: short, and worth asking again when a server restarts. */
export const control = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '10m',
  retry: { ...BACKOFF, maximumAttempts: 4 },
});

/** DDL, archives and checks are as long as the data is big: judged by their heartbeat, not by their length. */
export const ddl = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '24h',
  retry: { ...BACKOFF, maximumAttempts: 4 },
});

/** Copying resumes where it stopped, so it is tried more often. */
export const copying = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '24h',
  // Without its snapshot a unit cannot be copied; the workflow takes a new one.
  retry: { ...BACKOFF, maximumAttempts: 6, nonRetryableErrorTypes: ['SNAPSHOT_LOST'] },
});

/** The target's lock lasts as long as the operation, whichever worker has it; one that somebody else has is a final failure. */
export const locking = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '7d',
  retry: BACKOFF,
});

/** A snapshot ends with its holder; whether to take another one is the workflow's decision. */
export const snapshotting = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '7d',
  retry: { maximumAttempts: 1 },
});

/** The target is in pieces until this succeeds: patience is the right answer to an outage. */
export const undoing = proxyActivities<Activities>({
  heartbeatTimeout: '30s',
  startToCloseTimeout: '24h',
  retry: { ...BACKOFF, maximumInterval: '2m', maximumAttempts: 10 },
});
