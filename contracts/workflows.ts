/** Workflow types, as `temporal workflow start --type …` names them. */
export const WORKFLOW_TYPES = {
  clone: 'cloneEnvironment',
  validate: 'validateEnvironment',
  rollback: 'rollbackEnvironment',
  recover: 'recoverEnvironment',
} as const;

export const DEFAULT_TASK_QUEUE = 'envclone';

/** Query of every operation: answers with its CloneOperation. */
export const PROGRESS_QUERY = 'progress';
/** Query of the workflow that copies: answers with its CopyProgress. */
export const COPY_PROGRESS_QUERY = 'copyProgress';
/** Updates: hold the operation before its next step, and go on. Both answer with the CloneOperation. */
export const PAUSE_UPDATE = 'pause';
export const RESUME_UPDATE = 'resume';
/** Update: answers an operation that waits for a person (ResolveInput), and is answered with the CloneOperation. */
export const RESOLVE_UPDATE = 'resolve';

/** Signals of the activities that hold something: the target's lock is taken; the source's snapshot (HeldSnapshot) can be imported. */
export const TARGET_HELD_SIGNAL = 'targetHeld';
export const SNAPSHOT_HELD_SIGNAL = 'snapshotHeld';
