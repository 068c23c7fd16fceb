import { type Holders, trackHolders } from './holders.js';
import { type Operation, trackOperation } from './operation.js';
import { type Recovery, trackRecovery } from './recovery.js';
import { type Requested, reportingFailures } from './reporting.js';
import { type Compensation, withSaga } from './saga.js';

interface Ends {
  source: string;
  target: string;
}

/** What a workflow does its work with. */
export interface Running {
  operation: Operation;
  recovery: Recovery;
  holders: Holders;
  /** Compensations, oldest first. */
  undo: Compensation[];
}

/** Runs a workflow's work as an operation that is followed, undone and reported when it fails, and that lets go in the end of whatever it holds. */
export async function runOperation<Result>(
  input: Requested,
  ends: Ends,
  work: (running: Running) => Promise<Result>,
): Promise<Result> {
  const operation = trackOperation(ends);
  const recovery = trackRecovery(operation);
  const holders = trackHolders();
  try {
    return await withSaga(
      (undo) => work({ operation, recovery, holders, undo }),
      reportingFailures(operation, recovery, input),
    );
  } finally {
    await holders.releaseAll();
  }
}
