/** A workflow that an operation's id may be of. */
export interface OperationWorkflow {
  workflowId: string;
  /** What its run's id begins with. */
  run: string;
}

/** An operation's id is the workflow's, with the beginning of the run's behind it where the workflow's may be used again. */
export function workflowsOf(operation: string): OperationWorkflow[] {
  const [, workflowId, run] = /^(.+)-([0-9a-f]{8})$/.exec(operation) ?? [];
  return [{ workflowId: operation, run: '' }, ...(workflowId && run ? [{ workflowId, run }] : [])];
}
