import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { CloneOperation, OperationFailure } from '../../contracts/clone.js';
import type { TargetGrant } from '../../contracts/stages.js';
import { TARGET_HELD_SIGNAL } from '../../contracts/workflows.js';
import {
  failing,
  planOf,
  type ScriptedActivity,
  type ScriptedWorker,
  startClone,
  startScriptedWorker,
  until,
} from '../support/scripted-worker.js';

const UNDO =
  /^(restoreTarget|unswapTarget|dropBuilding|undoReturn|undoRollbackOfParts|dropCreatedRoles|discardRestorePoint)$/;
const planClone = () => planOf({ units: 2, restorePoint: 'swap' });

test('a swapped clone is built beside the target with a confirmation of its own, takes its name, and is completed as the target', async () => {
  const built: Record<string, string | undefined> = {};
  const noting = (name: string, answer?: unknown): [string, ScriptedActivity] => [
    name,
    ({ grant }: { grant: TargetGrant }) => {
      built[name] = grant.built && grant.confirm;
      return answer;
    },
  ];
  await using worker = await startScriptedWorker({
    planClone,
    ...Object.fromEntries([
      ...[
        'prepareSwap',
        'rebuildSchema',
        'buildKeys',
        'addForeignKeys',
        'finishSchema',
        'validateClone',
        'swapTarget',
      ].map((name) => noting(name)),
      noting('copyUnit', { tables: 1, rows: 1, bytes: 1 }),
      noting('completeClone', { statistics: {}, status: 'completed' }),
    ]),
  });
  await (await startClone(worker)).result();

  expect(built).toEqual({
    prepareSwap: undefined,
    rebuildSchema: 'beside test',
    copyUnit: 'beside test',
    buildKeys: 'beside test',
    addForeignKeys: 'beside test',
    finishSchema: 'beside test',
    validateClone: 'beside test',
    swapTarget: undefined,
    completeClone: undefined,
  });
  expect(worker.calls).not.toContain('createRestorePoint');
  expect(undoOf(worker)).toEqual([]);
}, 60_000);

test('a clone whose lock was lost while it was paused before the swap does not take the name', async () => {
  const [validated, lost] = [waiting(), waiting()];
  await using worker = await startScriptedWorker({
    planClone,
    validateClone: () => validated.over,
    holdTarget: async () => {
      const { client, info } = Context.current();
      await client.workflow.getHandle(info.workflowExecution?.workflowId ?? '').signal(TARGET_HELD_SIGNAL);
      await lost.over;
      return failing('TARGET_BUSY')(undefined as never);
    },
  });
  const handle = await startClone(worker);
  await until(() => worker.calls.includes('validateClone'));
  await handle.executeUpdate('pause');
  validated.end();
  await sleep(1_000); // until it waits before the swap
  lost.end();
  await sleep(1_000); // until it knows
  await handle.executeUpdate('resume');
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);

  expect((await handle.query<CloneOperation>('progress')).failure).toMatchObject({
    code: 'TARGET_BUSY',
    target: 'untouched',
  });
  expect(worker.calls).not.toContain('swapTarget');
  expect(undoOf(worker)).toEqual(DROP);
}, 60_000);

const DROP = ['dropBuilding', 'dropCreatedRoles'];

test.each([
  ['prepareSwap', 'untouched', []],
  ['rebuildSchema', 'untouched', DROP],
  ['copyUnit', 'untouched', DROP],
  ['finishSchema', 'untouched', DROP],
  ['validateClone', 'untouched', DROP],
  ['swapTarget', 'restored', ['unswapTarget', ...DROP]],
  ['completeClone', 'restored', ['unswapTarget', ...DROP]],
])(
  'a failure in %s of a swapped clone leaves the target %s',
  async (activity, target, undo) => {
    await using worker = await startScriptedWorker({ planClone, [activity]: failing('CONSTRAINT_VIOLATED') });

    expect(await failureOf(worker)).toMatchObject({ code: 'CONSTRAINT_VIOLATED', target });
    expect(undoOf(worker)).toEqual(undo);
  },
  60_000,
);

test('without a restore point a failure says that the target is not restored', async () => {
  await using worker = await startScriptedWorker({
    planClone: () => planOf({ units: 2, restorePoint: 'none' }),
    finishSchema: failing('SCHEMA_STATEMENT_FAILED'),
  });

  expect(await failureOf(worker)).toMatchObject({ code: 'SCHEMA_STATEMENT_FAILED', target: 'not restored' });
  expect(worker.calls).not.toContain('createRestorePoint');
  expect(undoOf(worker)).toEqual(['dropCreatedRoles']);
}, 60_000);

test('a rollback to a database exchanges names, and exchanges them back when it fails later', async () => {
  const grant = { operation: 'op', target: 'test', confirm: 'test' };
  await using worker = await startScriptedWorker({
    admitRollback: () => ({ grant, point: { environment: 'test', id: 'older' }, kind: 'database' }),
    completeRollback: failing('SCHEMA_STATEMENT_FAILED'),
  });
  const handle = await worker.client.workflow.start('rollbackEnvironment', {
    workflowId: `rollback-${worker.taskQueue}`,
    taskQueue: worker.taskQueue,
    args: [{ environment: 'test', confirm: 'test' }],
  });
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);

  expect(worker.calls).toContain('returnToDatabase');
  expect(worker.calls).not.toContain('createRestorePoint');
  expect(undoOf(worker)).toEqual(['undoReturn']);
}, 60_000);

test.each([
  ['checkParts', false, 'untouched', []],
  ['rollBackParts', false, 'untouched', ['undoRollbackOfParts', 'discardRestorePoint']],
  ['completeRollback', true, 'restored', ['undoRollbackOfParts', 'discardRestorePoint']],
])(
  'a failure in %s of a rollback of parts (changed: %s) leaves the target %s',
  async (activity, wasChanged, target, undo) => {
    const grant = { operation: 'op', target: 'test', confirm: 'test' };
    await using worker = await startScriptedWorker({
      admitRollback: () => ({ grant, point: { environment: 'test', id: 'older' }, kind: 'archive' }),
      undoRollbackOfParts: () => ({ wasChanged }),
      [activity]: failing('ROLLBACK_REFUSED'),
    });
    const handle = await worker.client.workflow.start('rollbackEnvironment', {
      workflowId: `rollback-${worker.taskQueue}`,
      taskQueue: worker.taskQueue,
      args: [{ environment: 'test', confirm: 'test', tables: ['lofts'] }],
    });
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);

    expect((await handle.query<CloneOperation>('progress')).failure).toMatchObject({
      code: 'ROLLBACK_REFUSED',
      target,
    });
    expect(undoOf(worker)).toEqual(undo);
    expect(worker.calls).not.toContain('restoreTarget');
  },
  60_000,
);

function waiting(): { over: Promise<void>; end(): void } {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end: () => end() };
}

function undoOf({ calls }: ScriptedWorker): string[] {
  return calls.filter((call) => UNDO.test(call));
}

async function failureOf(worker: ScriptedWorker): Promise<OperationFailure | undefined> {
  const handle = await startClone(worker);
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  return (await handle.query<CloneOperation>('progress')).failure;
}
