export const ENVIRONMENT_TYPES = ['production', 'test', 'training', 'development'] as const;

/** What an environment is for. Production is only ever read. */
export type EnvironmentType = (typeof ENVIRONMENT_TYPES)[number];

/** What an environment can bear as a source. Without a limit nothing is held back; rates and loads are looked at while rows are copied. */
export interface SourceLimits {
  /** Sessions that copying has on the source at once, all workers together. At least 2, one of them for the snapshot; 3 with a load limit. */
  connections?: number | undefined;
  /** Bytes of rows read from the source each second, all workers together. */
  bytesPerSecond?: number | undefined;
  /** Copying stops asking while a standby (or the source, when it is one) is further behind than this. */
  replicaLagSeconds?: number | undefined;
  /** Copying stops asking while a transaction of the application's that holds back VACUUM is older than this. */
  oldestXminSeconds?: number | undefined;
  /** Copying stops asking while the server runs more statements of others than this at once. */
  activeConnections?: number | undefined;
  /** A clone that needs its snapshot for longer fails and is undone: the snapshot keeps VACUUM from removing dead rows. */
  snapshotMinutes?: number | undefined;
}

/** Some limit of these needs a look at the server now and then. */
export function hasLoadLimit({ replicaLagSeconds, oldestXminSeconds, activeConnections }: SourceLimits): boolean {
  return [replicaLagSeconds, oldestXminSeconds, activeConnections].some((limit) => limit !== undefined);
}

export const RESTORE_STRATEGIES = ['auto', 'swap', 'archive', 'none'] as const;

/**
 * What a clone can be undone with. `swap`: it is built beside the target and takes its name, and the database of before is kept. `archive`: the
 * target is archived, then rebuilt in place. `auto`: `swap` where role and platform allow it, else `archive`. `none`: nothing; what fails stays as it is.
 */
export type RestoreStrategy = (typeof RESTORE_STRATEGIES)[number];

export type EnvironmentStatus = 'active' | 'inactive' | 'cloning' | 'error';
