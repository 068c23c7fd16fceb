import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { CloneOperation, OperationFailure } from '../../contracts/clone.js';
import type { Resolution } from '../../contracts/recovery.js';
import type { CopyUnitInput, RecordInterventionInput } from '../../contracts/stages.js';
import { TARGET_HELD_SIGNAL } from '../../contracts/workflows.js';
import {
  failing,
  grant,
  type ScriptedActivity,
  type ScriptedWorker,
  startClone,
  startScriptedWorker,
  untilCancelled,
} from '../support/scripted-worker.js';

type Handle = Awaited<ReturnType<typeof startClone>>;

const UNDO = ['restoreTarget', 'dropCreatedRoles', 'discardRestorePoint'];

test('a stage that needs a person waits with the lock held, says what it needs, and is run again when asked', async () => {
  const told: RecordInterventionInput[] = [];
  await using worker = await startWaitingWorker({
    finishSchema: failingOnce('DISK_FULL'),
    recordIntervention: (input: RecordInterventionInput) => told.push(input),
  });
  const handle = await startClone(worker);
  const { intervention, ...operation } = await untilWaiting(handle);

  expect(operation).toMatchObject({ status: 'waiting', stage: 'finish' });
  expect(intervention).toMatchObject({
    step: 'finish',
    code: 'DISK_FULL',
    message: 'scripted DISK_FULL',
    next: expect.stringContaining('Free room'),
    choices: ['retry', 'rollback'],
  });
  expect(Date.parse(intervention?.until ?? '') - Date.parse(intervention?.since ?? '')).toBe(WAIT_MS);
  expect(await runningActivities(handle)).toContain('holdTarget');
  const answered = await resolve(handle, 'retry', 'maria');

  expect(answered.logs.at(-1)?.message).toBe('finish: answered with retry by maria');
  expect(await handle.result()).toMatchObject({ status: 'completed' });
  expect(undoOf(worker)).toEqual([]);
  expect(told.map(({ answer, requestedBy }) => [answer, requestedBy])).toEqual([
    [undefined, undefined],
    ['retry', 'maria'],
  ]);
  expect(await progressOf(handle)).not.toHaveProperty('intervention');
});

test('what the Temporal UI shows of an operation that waits is how to answer it', async () => {
  await using worker = await startWaitingWorker({ finishSchema: failing('DISK_FULL') });
  const handle = await startClone(worker);
  await untilWaiting(handle);

  expect(await handle.query<object>('__temporal_workflow_metadata')).toMatchObject({
    currentDetails: expect.stringContaining(`envclone resolve ${handle.workflowId} retry`),
  });
  await resolve(handle, 'rollback');
  await failureOf(handle);
});

test('a copy that waits for a person holds no snapshot, and begins again from a new one', async () => {
  const epochs: string[] = [];
  const failsOnce = failingOnce('AUTHENTICATION_FAILED');
  await using worker = await startWaitingWorker({
    copyUnit: ({ held }: CopyUnitInput) => {
      epochs.push(held.epoch.slice(-2));
      failsOnce(undefined as never);
      return { tables: 1, rows: 1, bytes: 1 };
    },
  });
  const handle = await startClone(worker);
  await untilWaiting(handle);

  expect(await runningActivities(handle)).toEqual(['holdTarget']);
  await resolve(handle, 'retry');
  await handle.result();
  expect(epochs.filter((epoch) => epoch === '/2')).toHaveLength(2);
});

test('answered with rollback, the target is restored', async () => {
  await using worker = await startWaitingWorker({ finishSchema: failing('DISK_FULL') });
  const handle = await startClone(worker);
  await untilWaiting(handle);
  await resolve(handle, 'rollback');

  expect(await failureOf(handle)).toMatchObject({ code: 'DISK_FULL', target: 'restored' });
  expect(undoOf(worker)).toEqual(UNDO);
});

test('a stage that nobody answers for is rolled back', async () => {
  await using worker = await startWaitingWorker({ finishSchema: failing('DISK_FULL') }, 1_000);
  const handle = await startClone(worker);

  expect(await failureOf(handle)).toMatchObject({ code: 'DISK_FULL', target: 'restored' });
});

test('cancelling an operation that waits undoes it', async () => {
  await using worker = await startWaitingWorker({ finishSchema: failing('DISK_FULL') });
  const handle = await startClone(worker);
  await untilWaiting(handle);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);

  expect((await progressOf(handle)).failure).toMatchObject({ code: 'CANCELLED', target: 'restored' });
  expect(undoOf(worker)).toEqual(UNDO);
});

test('an undo that fails waits, whatever failed, and is run again when asked', async () => {
  await using worker = await startWaitingWorker({
    finishSchema: failing('SCHEMA_STATEMENT_FAILED'),
    restoreTarget: failingOnce('SCHEMA_STATEMENT_FAILED'),
  });
  const handle = await startClone(worker);
  const { intervention } = await untilWaiting(handle);

  expect(intervention).toMatchObject({ step: 'restore test', choices: ['retry', 'skip'] });
  await resolve(handle, 'retry');
  expect(await failureOf(handle)).toMatchObject({ code: 'SCHEMA_STATEMENT_FAILED', target: 'restored' });
  expect(undoOf(worker)).toEqual(['restoreTarget', ...UNDO]);
});

test('leaving out what would restore the target says that it is not restored, and keeps its restore point', async () => {
  await using worker = await startWaitingWorker({
    finishSchema: failing('SCHEMA_STATEMENT_FAILED'),
    restoreTarget: failing('RESTORE_POINT_DAMAGED'),
  });
  const handle = await startClone(worker);
  await untilWaiting(handle);
  await resolve(handle, 'skip', 'maria');

  expect(await failureOf(handle)).toMatchObject({
    target: 'not restored',
    message: expect.stringContaining('The undo was ended by maria before: restore test.'),
  });
  expect(undoOf(worker)).toEqual(['restoreTarget']);
});

test('leaving out what would only tidy up goes on with the undo', async () => {
  await using worker = await startWaitingWorker({
    finishSchema: failing('SCHEMA_STATEMENT_FAILED'),
    dropCreatedRoles: failing('ARTIFACT_MISSING'),
  });
  const handle = await startClone(worker);
  await untilWaiting(handle);
  await resolve(handle, 'skip');

  expect(await failureOf(handle)).toMatchObject({
    target: 'restored',
    message: expect.stringContaining('Left out of the undo, as asked: drop the roles made.'),
  });
  expect(undoOf(worker)).toEqual(UNDO);
});

test('an undo that nobody answers for ends where it is', async () => {
  await using worker = await startWaitingWorker(
    { finishSchema: failing('SCHEMA_STATEMENT_FAILED'), restoreTarget: failing('RESTORE_POINT_DAMAGED') },
    1_000,
  );
  expect(await failureOf(await startClone(worker))).toMatchObject({ target: 'not restored' });
});

test('an answer that makes no sense is refused', async () => {
  await using worker = await startWaitingWorker({
    finishSchema: failing('DISK_FULL'),
    restoreTarget: failingOnce('RESTORE_POINT_MISSING'),
    planClone: async () => {
      await sleep(1_000);
      return ANY_PLAN;
    },
  });
  const handle = await startClone(worker);
  await expect(refusal(handle, 'retry')).resolves.toBe('the operation waits for nobody');
  await untilWaiting(handle);
  await expect(refusal(handle, 'skip')).resolves.toBe(
    'finish cannot be answered with skip, but with retry or rollback',
  );
  await expect(refusal(handle, 'again' as Resolution)).resolves.toContain('{"choice": "retry"}');
  await resolve(handle, 'rollback');
  await untilWaiting(handle, 'restore test');
  await expect(refusal(handle, 'rollback')).resolves.toContain('but with retry or skip');
  await resolve(handle, 'retry');
  await failureOf(handle);
});

const ANY_PLAN = { plan: { operation: 'op', name: 'plan.json' }, units: [], tables: 0, sizeBytes: 0, warnings: [] };

test.each(['admitClone', 'holdTarget', 'planClone', 'createRestorePoint'])(
  'a failure in %s waits for nobody: nothing was touched',
  async (activity) => {
    await using worker = await startWaitingWorker({ [activity]: failing('CONFIGURATION_INVALID') });
    expect(await failureOf(await startClone(worker))).toMatchObject({
      code: 'CONFIGURATION_INVALID',
      target: 'untouched',
    });
  },
);

test('a failure that nobody can mend is undone at once', async () => {
  await using worker = await startWaitingWorker({ finishSchema: failing('CONSTRAINT_VIOLATED') });
  expect(await failureOf(await startClone(worker))).toMatchObject({ target: 'restored' });
  expect(worker.calls).not.toContain('recordIntervention');
});

test('an operation that is told not to wait is undone at once', async () => {
  await using worker = await startScriptedWorker({ finishSchema: failing('DISK_FULL') });
  expect(await failureOf(await startClone(worker))).toMatchObject({ code: 'DISK_FULL', target: 'restored' });
});

test('a lock that is lost while the operation waits is taken again before it goes on', async () => {
  let held = 0;
  let lose = () => {};
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  await using worker = await startWaitingWorker({
    finishSchema: failingOnce('AUTHENTICATION_FAILED'),
    holdTarget: async () => {
      held++;
      const { client, info } = Context.current();
      await client.workflow.getHandle(info.workflowExecution?.workflowId ?? '').signal(TARGET_HELD_SIGNAL);
      await (held === 1 ? lost.then(() => failing('AUTHENTICATION_FAILED')(undefined as never)) : untilCancelled());
    },
  });
  const handle = await startClone(worker);
  await untilWaiting(handle);
  lose();
  await sleep(500);
  await resolve(handle, 'retry');

  expect(await handle.result()).toMatchObject({ status: 'completed' });
  expect(held).toBe(2);
});

const WAIT_MS = 100_000;

/** Whose clones wait for a person. */
function startWaitingWorker(script: Record<string, ScriptedActivity>, waitMs = WAIT_MS): Promise<ScriptedWorker> {
  return startScriptedWorker({ admitClone: () => ({ ...grant, waitMs }), ...script });
}

function failingOnce(code: string): ScriptedActivity {
  let failed = false;
  return (input) => {
    if (failed) return undefined;
    failed = true;
    return failing(code)(input);
  };
}

async function untilWaiting(handle: Handle, step?: string): Promise<CloneOperation> {
  for (;;) {
    const operation = await progressOf(handle);
    if (operation.status === 'waiting' && (!step || operation.intervention?.step === step)) return operation;
    await sleep(50);
  }
}

const progressOf = (handle: Handle) => handle.query<CloneOperation>('progress');

function resolve(handle: Handle, choice: Resolution, requestedBy?: string): Promise<CloneOperation> {
  return handle.executeUpdate<CloneOperation, [object]>('resolve', {
    args: [{ choice, ...(requestedBy && { requestedBy }) }],
  });
}

async function refusal(handle: Handle, choice: Resolution): Promise<string> {
  const error = await resolve(handle, choice).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
  const { cause } = error as WorkflowUpdateFailedError;
  expect(cause).toMatchObject({ type: 'RESOLUTION_REFUSED' });
  return cause?.message ?? '';
}

async function failureOf(handle: Handle): Promise<OperationFailure | undefined> {
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  return (await progressOf(handle)).failure;
}

async function runningActivities(handle: Handle): Promise<string[]> {
  const { raw } = await handle.describe();
  return (raw.pendingActivities ?? [])
    .map(({ activityType }) => activityType?.name ?? '')
    .filter((name) => name !== 'recordIntervention');
}

function undoOf({ calls }: ScriptedWorker): string[] {
  return calls.filter((call) => UNDO.includes(call));
}
