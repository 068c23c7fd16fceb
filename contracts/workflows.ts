import type { CloneStage } from './clone.js';

/** Workflow types, as `temporal workflow start --type …` names them. */
export const WORKFLOW_TYPES = {
  clone: 'cloneEnvironment',
  validate: 'validateEnvironment',
  rollback: 'rollbackEnvironment',
} as const;

export const DEFAULT_TASK_QUEUE = 'envclone';

/** Query of every operation: answers with its CloneOperation. */
export const PROGRESS_QUERY = 'progress';
/** Updates: hold the operation before its next step, and go on. Both answer with the CloneOperation. */
export const PAUSE_UPDATE = 'pause';
export const RESUME_UPDATE = 'resume';

/** One operation per target at a time: the id says so to Temporal, the target's advisory lock to everybody else. */
export function operationId(kind: 'clone' | 'validate' | 'rollback', environment: string): string {
  return `${kind}-${environment}`;
}

/** In the order they run. */
export const CLONE_STAGES: readonly CloneStage[] = [
  'guard',
  'analyze',
  'backup',
  'migrate',
  'copy',
  'finish',
  'validate',
  'done',
];
