import { WorkflowFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { CloneOperation, OperationFailure } from '../../contracts/clone.js';
import {
  failing,
  type ScriptedActivity,
  type ScriptedWorker,
  startClone,
  startScriptedWorker,
  until,
  untilCancelled,
} from '../support/scripted-worker.js';

const UNDO_STORE = ['discardRestorePoint'];
const UNDO_TARGET = ['restoreTarget', 'dropCreatedRoles', 'discardRestorePoint'];

test('a clone that goes well undoes nothing and returns what completeClone says', async () => {
  await using worker = await startScriptedWorker();
  const handle = await startClone(worker);

  expect(await handle.result()).toMatchObject({ status: 'completed' });
  expect(undoOf(worker)).toEqual([]);
  expect(worker.calls.filter((call) => call === 'copyUnit')).toHaveLength(2);
});

test.each([
  ['admitClone', 'untouched', []],
  ['holdTarget', 'untouched', []],
  ['planClone', 'untouched', []],
  ['createRestorePoint', 'untouched', UNDO_STORE],
  ['rebuildSchema', 'restored', UNDO_TARGET],
  ['holdSnapshot', 'restored', UNDO_TARGET],
  ['copyUnit', 'restored', UNDO_TARGET],
  ['buildKeys', 'restored', UNDO_TARGET],
  ['addForeignKeys', 'restored', UNDO_TARGET],
  ['finishSchema', 'restored', UNDO_TARGET],
  ['validateClone', 'restored', UNDO_TARGET],
  ['completeClone', 'restored', UNDO_TARGET],
])('a failure in %s leaves the target %s, undone newest first', async (activity, target, undo) => {
  await using worker = await startScriptedWorker({ [activity]: failing('CONSTRAINT_VIOLATED') });
  const failure = await failureOf(await startClone(worker));

  expect(failure).toMatchObject({ code: 'CONSTRAINT_VIOLATED', target });
  expect(undoOf(worker)).toEqual(undo);
  expect(worker.calls.at(-1)).toBe('recordFailure');
});

test('cancelling in the middle of a copy undoes it', async () => {
  await using worker = await startScriptedWorker({ copyUnit: untilCancelled });
  const handle = await startClone(worker);
  await until(() => worker.calls.includes('copyUnit'));
  await handle.cancel();

  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect(undoOf(worker)).toEqual(UNDO_TARGET);
  expect((await handle.describe()).status.name).toBe('CANCELLED');
});

test('cancelled while it waits for a snapshot, a clone undoes nothing before that has been given up', async () => {
  const events: string[] = [];
  await using worker = await startScriptedWorker({
    holdSnapshot: async () => {
      await untilCancelled().catch(() => new Promise((resolve) => setTimeout(resolve, 1000)));
      events.push('snapshot given up');
    },
    restoreTarget: () => events.push('restored'),
  });
  const handle = await startClone(worker);
  await until(() => worker.calls.includes('holdSnapshot'));
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);

  expect(events).toEqual(['snapshot given up', 'restored']);
});

test('the lock of the target is held until the undo has ended', async () => {
  const events: string[] = [];
  const { holdTarget } = { holdTarget: heldUntilCancelled(() => events.push('lock released')) };
  await using worker = await startScriptedWorker({
    holdTarget,
    finishSchema: failing('SCHEMA_STATEMENT_FAILED'),
    discardRestorePoint: () => events.push('undone'),
  });
  await failureOf(await startClone(worker));

  expect(events).toEqual(['undone', 'lock released']);
});

test('a compensation that fails stops the undo, so that no restore point is deleted', async () => {
  await using worker = await startScriptedWorker({
    finishSchema: failing('SCHEMA_STATEMENT_FAILED'),
    restoreTarget: failing('RESTORE_POINT_DAMAGED'),
  });
  const failure = await failureOf(await startClone(worker));

  expect(failure).toMatchObject({
    code: 'SCHEMA_STATEMENT_FAILED',
    target: 'not restored',
    next: expect.stringContaining('envclone rollback test --confirm test'),
  });
  expect(undoOf(worker)).toEqual(['restoreTarget']);
});

test('a compensation that fails when the target is what it was advises no rollback', async () => {
  await using worker = await startScriptedWorker({
    createRestorePoint: failing('SCHEMA_STATEMENT_FAILED'),
    discardRestorePoint: failing('ARTIFACT_STORE_REFUSED'),
  });
  const failure = await failureOf(await startClone(worker));

  expect(failure).toMatchObject({
    target: 'untouched',
    message: expect.stringContaining('The undo stopped at: delete the restore point.'),
    next: expect.stringContaining('test is what it was.'),
  });
});

test('a lost snapshot starts another epoch that copies every unit again', async () => {
  const epochs: string[] = [];
  const copyUnit: ScriptedActivity = ({ held }: { held: { epoch: string } }) => {
    epochs.push(held.epoch.slice(-2));
    if (epochs.length === 1) return failing('SNAPSHOT_LOST')(undefined as never);
    return { tables: 1, rows: 1, bytes: 1 };
  };
  await using worker = await startScriptedWorker({ copyUnit });
  await (await startClone(worker)).result();

  expect(epochs.filter((epoch) => epoch === '/2')).toHaveLength(2);
});

test('a paused clone waits before its next stage, shows it, and goes on when resumed', async () => {
  let release = () => {};
  const planned = new Promise<void>((resolve) => {
    release = resolve;
  });
  await using worker = await startScriptedWorker({
    planClone: async () => {
      await planned;
      return { plan: { operation: 'op', name: 'plan.json' }, units: [], tables: 0, sizeBytes: 0, warnings: [] };
    },
  });
  const handle = await startClone(worker);
  await until(() => worker.calls.includes('planClone'));
  const paused = await handle.executeUpdate<CloneOperation, []>('pause');
  release();
  await new Promise((resolve) => setTimeout(resolve, 500));

  expect(paused.paused).toBe(true);
  expect(worker.calls).not.toContain('createRestorePoint');
  await handle.executeUpdate('resume');
  await handle.result();
  expect(await handle.query<CloneOperation>('progress')).toMatchObject({ status: 'completed', progress: 100 });
});

async function failureOf(handle: Awaited<ReturnType<typeof startClone>>): Promise<OperationFailure> {
  const error = await handle.result().then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(WorkflowFailedError);
  const { cause } = error as WorkflowFailedError;
  return (cause as unknown as { details: [OperationFailure] }).details[0];
}

function undoOf({ calls }: ScriptedWorker): string[] {
  return calls.filter((call) => UNDO_TARGET.includes(call));
}

function heldUntilCancelled(onRelease: () => void): ScriptedActivity {
  return async () => {
    const { Context } = await import('@temporalio/activity');
    const { client, info } = Context.current();
    await client.workflow.getHandle(info.workflowExecution?.workflowId ?? '').signal('targetHeld');
    try {
      return await untilCancelled();
    } finally {
      onRelease();
    }
  };
}
