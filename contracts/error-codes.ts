export type ErrorCategory = 'connection' | 'schema' | 'data' | 'validation' | 'configuration' | 'safety';

export interface ErrorDescription {
  category: ErrorCategory;
  /** When it is raised. */
  meaning: string;
  /** What to do. */
  next: string;
  /** Whether trying again without a change can help: activities are then tried again by themselves. */
  retry: boolean;
  /**
   * What an operation does where that does not help: undo what it did, or wait for a person. One that has done nothing yet ends at once; an undo that
   * fails waits for a person whatever its code says.
   */
  otherwise: 'rollback' | 'manual_intervention';
}

/** Every code an operation can fail with. `docs/errors.md` is made from this table. */
export const ERROR_CODES = {
  CONNECTION_FAILED: {
    category: 'connection',
    meaning: 'A database did not answer, or closed the connection.',
    next: 'Check that the server runs and is reachable from the worker, then run the command again.',
    retry: true,
    otherwise: 'rollback',
  },
  AUTHENTICATION_FAILED: {
    category: 'connection',
    meaning: 'A database refused the user or the password.',
    next: 'Correct DATABASE_URL in the .env file of that environment.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  POOLER_NOT_SUPPORTED: {
    category: 'connection',
    meaning: 'The URL leads to a transaction pooler, which cannot hold a snapshot or a lock.',
    next: 'Use the direct connection or the session mode of the pooler (port 5432 on Supabase).',
    retry: false,
    otherwise: 'manual_intervention',
  },
  TEMPORAL_UNAVAILABLE: {
    category: 'connection',
    meaning: 'The Temporal server did not answer, or no worker polls the task queue.',
    next: 'Check TEMPORAL_ADDRESS, or start one with: envclone up',
    retry: true,
    otherwise: 'rollback',
  },
  SNAPSHOT_LOST: {
    category: 'connection',
    meaning: 'The transaction that held the source snapshot ended before the copy did.',
    next: 'Run the clone again; raise idle or statement limits that the source sets on the reader role.',
    retry: true,
    otherwise: 'rollback',
  },
  TARGET_IN_USE: {
    category: 'connection',
    meaning:
      'Somebody is connected to the target who may not be disconnected, so that databases could not change their names. The target is what it was.',
    next: 'Let the roles named in the message disconnect, or grant pg_signal_backend to the role of the target; then run the command again.',
    retry: true,
    otherwise: 'manual_intervention',
  },
  CONFIGURATION_INVALID: {
    category: 'configuration',
    meaning: 'The configuration, an .env file or an input has mistakes; all of them are listed.',
    next: 'Correct the keys named in the message.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  UNKNOWN_ENVIRONMENT: {
    category: 'configuration',
    meaning: 'No environment of that name is configured.',
    next: 'Use one of the names listed, or add it to envclone.config.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  MASK_KEY_MISSING: {
    category: 'configuration',
    meaning: 'ENVCLONE_MASK_KEY is absent, too short, not base64, or not random.',
    next: 'Make one with: envclone init, or: openssl rand -base64 32',
    retry: false,
    otherwise: 'manual_intervention',
  },
  UNDECIDED_COLUMNS: {
    category: 'configuration',
    meaning: 'Columns that may hold personal data have no rule.',
    next: 'Decide them with: envclone rules <source> --write, then review envclone.rules.json.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  RULE_INVALID: {
    category: 'configuration',
    meaning: 'A rule names a column that does not exist, or cannot fit its column.',
    next: 'Correct the rule named in the message.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  RESOLUTION_REFUSED: {
    category: 'configuration',
    meaning: 'The operation does not wait for a person, or not for that answer. Nothing was changed.',
    next: 'See what it waits for: envclone resolve <operation>',
    retry: false,
    otherwise: 'rollback',
  },
  TARGET_IS_PRODUCTION: {
    category: 'safety',
    meaning: 'The target is production by its type, its stamp or its identity. Nothing was touched.',
    next: 'Point the .env file of the target at another database, then run: envclone doctor',
    retry: false,
    otherwise: 'manual_intervention',
  },
  TARGET_STAMP_MISMATCH: {
    category: 'safety',
    meaning: 'The target database says that it is another environment. Nothing was touched.',
    next: 'Check DATABASE_URL of the target; when it is right, reset the stamp as the message shows.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  SAME_DATABASE: {
    category: 'safety',
    meaning: 'Source and target are the same database. Nothing was touched.',
    next: 'Point the target at another database.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  SOURCE_NOT_READ_ONLY: {
    category: 'safety',
    meaning: 'The role used for production can write. Nothing was touched.',
    next: 'Make a reader with: envclone source-role <source>, and use it in the .env file.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  SOURCE_INCOMPLETE: {
    category: 'safety',
    meaning: 'The source role cannot read everything, so the clone would be incomplete. Nothing was touched.',
    next: 'Grant what is listed, or make a reader with: envclone source-role <source>',
    retry: false,
    otherwise: 'manual_intervention',
  },
  TARGET_NOT_CONFIRMED: {
    category: 'safety',
    meaning: 'The name of the target was not repeated. Nothing was touched.',
    next: 'Repeat it: --confirm <target>',
    retry: false,
    otherwise: 'manual_intervention',
  },
  TARGET_BUSY: {
    category: 'safety',
    meaning: 'Another operation holds the target. Nothing was touched.',
    next: 'Wait for the operation named in the message, or cancel it.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  SWAP_NOT_POSSIBLE: {
    category: 'safety',
    meaning:
      'A clone was to be built beside its target and take its name, and role, platform or database do not allow it. Nothing was touched.',
    next: 'Do what each reason says, or let the clone choose: --restore-point auto',
    retry: false,
    otherwise: 'manual_intervention',
  },
  RESTORE_POINT_REQUIRED: {
    category: 'safety',
    meaning:
      'A clone without a restore point was asked for, and the configuration of the target does not say so. Nothing was touched.',
    next: 'Leave the option out, or set "restorePoint": "none" on the target environment.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  ROLLBACK_REFUSED: {
    category: 'safety',
    meaning:
      'A rollback of parts would lose rows, break references or cannot make an object again; every reason is listed. Nothing was changed.',
    next: 'Name the tables listed as well, let them follow with --cascade, or return to the whole restore point.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  RAW_DATA_REFUSED: {
    category: 'safety',
    meaning: 'Unmasked data was asked for, and the configuration of the target does not allow it.',
    next: 'Set "allowRawData": true on the target environment, or clone with masking.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  PLAN_REFUSED: {
    category: 'schema',
    meaning: 'The target cannot hold what the source has; every reason is listed. Nothing was touched.',
    next: 'Do what each reason says, then run: envclone plan <source> <target>',
    retry: false,
    otherwise: 'rollback',
  },
  SCHEMA_UNREADABLE: {
    category: 'schema',
    meaning: 'The schema of a database could not be dumped or parsed.',
    next: 'Run: envclone doctor; it checks pg_dump and the privileges of the role.',
    retry: true,
    otherwise: 'rollback',
  },
  SCHEMA_STATEMENT_FAILED: {
    category: 'schema',
    meaning: 'The target refused a statement of the schema.',
    next: 'The message names the object; make it work on the target, then clone again.',
    retry: false,
    otherwise: 'rollback',
  },
  SOURCE_SCHEMA_CHANGED: {
    category: 'schema',
    meaning: 'The schema of the source changed between plan and copy.',
    next: 'Run the clone again when the migration of the source is over.',
    retry: false,
    otherwise: 'rollback',
  },
  COPY_FAILED: {
    category: 'data',
    meaning: 'Rows of a table could not be read or written.',
    next: 'The message names table and condition; correct it, then clone again.',
    retry: true,
    otherwise: 'rollback',
  },
  SNAPSHOT_BUDGET_SPENT: {
    category: 'data',
    meaning: 'The copy needed its snapshot of the source for longer than the source allows.',
    next: 'Raise limits.snapshotMinutes of the source, clone when it has less to do, or leave systems out.',
    retry: false,
    otherwise: 'rollback',
  },
  CONSTRAINT_VIOLATED: {
    category: 'data',
    meaning: 'Rows of the target break a constraint, mostly because of what a rule made of them.',
    next: 'Change the rule of the column named, then clone again.',
    retry: false,
    otherwise: 'rollback',
  },
  PRIVILEGE_MISSING: {
    category: 'data',
    meaning: 'A role that was allowed to read or write when the operation began no longer is.',
    next: 'Grant what the message names again.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  DISK_FULL: {
    category: 'data',
    meaning: 'The server or the artifact store has no room left.',
    next: 'Free room on the disk that the message is about.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  GENERATOR_FAILED: {
    category: 'data',
    meaning: 'A custom generator threw, or returned what its column cannot hold.',
    next: 'Correct the generator in envclone.config.',
    retry: false,
    otherwise: 'rollback',
  },
  RESTORE_POINT_MISSING: {
    category: 'data',
    meaning: 'There is no restore point of that id.',
    next: 'List them with: envclone restore-points <environment>',
    retry: false,
    otherwise: 'manual_intervention',
  },
  RESTORE_POINT_DAMAGED: {
    category: 'data',
    meaning: 'A restore point does not match its checksums. The target was not touched.',
    next: 'Use another one: envclone restore-points <environment>',
    retry: false,
    otherwise: 'manual_intervention',
  },
  RESTORE_KEY_MISSING: {
    category: 'configuration',
    meaning:
      'Restore points are encrypted, and the key that opens them is not on this machine. The target was not touched.',
    next: 'Copy the key file from the machine that made them, or name it in the configuration: restorePoints.identityFile.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  ARTIFACT_MISSING: {
    category: 'data',
    meaning: 'An artifact of the operation is not in the artifact store of this worker.',
    next: 'Let every worker use the same artifact store.',
    retry: false,
    otherwise: 'manual_intervention',
  },
  ARTIFACT_DAMAGED: {
    category: 'data',
    meaning: 'An artifact is not what was written to the artifact store.',
    next: 'Run the operation again; what is damaged is never worked with.',
    retry: false,
    otherwise: 'rollback',
  },
  ARTIFACT_STORE_FAILED: {
    category: 'connection',
    meaning: 'The artifact store did not answer, or broke off. The target is what it was, or is put back.',
    next: 'Check that the store of the configuration (artifacts) is reachable from the worker, then run the command again.',
    retry: true,
    otherwise: 'rollback',
  },
  ARTIFACT_STORE_REFUSED: {
    category: 'configuration',
    meaning: 'The artifact store does not let this worker read, write, list and remove what it keeps there.',
    next: 'Correct artifacts in envclone.config or the keys (docs/restore-points.md says which permissions it takes), then run: envclone doctor',
    retry: false,
    otherwise: 'manual_intervention',
  },
  RESTORE_KEY_EXPOSED: {
    category: 'configuration',
    meaning: 'Others on this machine can read the key that opens restore points. The target was not touched.',
    next: 'Close it with the chmod that the message names; if others may have read it, make a new one (docs/restore-points.md).',
    retry: false,
    otherwise: 'manual_intervention',
  },
  VALIDATION_FAILED: {
    category: 'validation',
    meaning: 'The clone was made, and is not equal to its source where it should be, or not different where it must.',
    next: 'Read the report: envclone report <operation>. What it found and may stay, accept in envclone.rules.json (docs/safety.md).',
    retry: false,
    otherwise: 'rollback',
  },
} as const satisfies Record<string, ErrorDescription>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The codes of one category. */
export type CodeOf<Category extends ErrorCategory> = {
  [Code in ErrorCode]: (typeof ERROR_CODES)[Code]['category'] extends Category ? Code : never;
}[ErrorCode];
