import { Context } from '@temporalio/activity';
import { type Connection, WorkflowFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { createEnvironmentCloner } from '../../client/environment-cloner.js';
import type { CloneOperation } from '../../contracts/clone.js';
import type { BuildKeysInput, CopyUnitInput } from '../../contracts/stages.js';
import {
  failing,
  numbers,
  planOf,
  runsOf,
  type ScriptedActivity,
  type ScriptedWorker,
  startClone,
  startScriptedWorker,
  until,
  untilCancelled,
} from '../support/scripted-worker.js';

const COPIED = { tables: 1, rows: 3, bytes: 10 };

test('a copy with a long history goes on in new runs: each unit is copied once, the keys of each table are built once', async () => {
  const copied: number[] = [];
  const keyed: number[] = [];
  await using worker = await startScriptedWorker({
    planClone: () => planOf({ units: 40, unitsOfFirstTable: 12, historyLimit: 100 }),
    copyUnit: ({ unit }: CopyUnitInput) => {
      copied.push(unit);
      return COPIED;
    },
    buildKeys: ({ unit }: BuildKeysInput) => keyed.push(unit),
  });
  const handle = await startClone(worker);
  await handle.result();

  expect((await runsOf(worker, `${handle.workflowId}/1`)).length).toBeGreaterThan(2);
  expect(copied.sort(byNumber)).toEqual(numbers(0, 40));
  expect(keyed.filter((unit) => unit < 12)).toHaveLength(1);
  expect(keyed.filter((unit) => unit >= 12).sort(byNumber)).toEqual(numbers(12, 40));
  expect((await handle.query<CloneOperation>('progress')).copy).toEqual({
    tables: 29,
    doneTables: 29,
    sizeBytes: 400,
    doneBytes: 400,
    doneRows: 120,
    current: [],
    currentSizes: {},
  });
});

test('no history of a clone of 700 units has 2,000 events', async () => {
  await using worker = await startScriptedWorker({ planClone: () => planOf({ units: 700 }) });
  const handle = await startClone(worker);
  await handle.result();

  const histories = [await handle.fetchHistory(), ...(await runsOf(worker, `${handle.workflowId}/1`))];
  const lengths = histories.map(({ events }) => events?.length ?? 0);
  expect(countOf(worker, 'copyUnit')).toBe(700);
  expect(countOf(worker, 'buildKeys')).toBe(700);
  expect(Math.max(...lengths)).toBeLessThan(2000);
}, 120_000);

test('the keys of two units are built side by side', async () => {
  let building = 0;
  await using worker = await startScriptedWorker({
    planClone: () => planOf({ units: 3 }),
    buildKeys: async () => {
      building++;
      await until(() => building >= 2);
    },
  });
  await (await startClone(worker)).result();
});

test('a clone cancelled in a later run of its copy undoes nothing before the copies have ended', async () => {
  const events: string[] = [];
  await using worker = await startScriptedWorker({
    planClone: () => planOf({ units: 40, historyLimit: 100 }),
    copyUnit: inLaterRuns(async () => {
      events.push('began');
      await untilCancelled().finally(async () => {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        events.push('ended');
      });
    }),
    restoreTarget: () => events.push('restored'),
  });
  const handle = await startClone(worker);
  await until(() => events.length === 4);
  await handle.cancel();

  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect(events.slice(4)).toEqual(['ended', 'ended', 'ended', 'ended', 'restored']);
  expect((await handle.describe()).status.name).toBe('CANCELLED');
});

test('a clone paused in a later run of its copy copies no other unit until it is resumed', async () => {
  let copies = 0;
  await using worker = await startScriptedWorker({
    planClone: () => planOf({ units: 40, historyLimit: 100 }),
    copyUnit: inLaterRuns(async () => {
      copies++;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return COPIED;
    }),
  });
  const handle = await startClone(worker);
  await until(() => copies === 4);
  await handle.executeUpdate('pause');
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const whenPaused = copies;
  await new Promise((resolve) => setTimeout(resolve, 1500));

  expect(copies).toBe(whenPaused);
  const { copy } = await handle.query<CloneOperation>('progress');
  expect(copy).toMatchObject({ doneBytes: 10 * countOf(worker, 'copyUnit'), current: [] });
  expect(copy?.doneTables).toBeLessThan(40);
  await handle.executeUpdate('resume');
  await handle.result();
  expect(countOf(worker, 'copyUnit')).toBe(40);
});

test('a snapshot lost in a later run of the copy starts another epoch that copies every unit again', async () => {
  const copied: string[] = [];
  await using worker = await startScriptedWorker({
    planClone: () => planOf({ units: 40, historyLimit: 100 }),
    copyUnit: ({ held, unit }: CopyUnitInput) => {
      if (unit === 35 && held.epoch.endsWith('/1')) return failing('SNAPSHOT_LOST')(undefined as never);
      copied.push(`${unit} of ${held.epoch.split('/').at(-1)}`);
      return COPIED;
    },
  });
  const handle = await startClone(worker);
  await handle.result();

  expect((await runsOf(worker, `${handle.workflowId}/1`)).length).toBeGreaterThan(1);
  expect(copied.filter((name) => name.endsWith('of 2')).sort()).toEqual(
    numbers(0, 40)
      .map((unit) => `${unit} of 2`)
      .sort(),
  );
  expect((await handle.query<CloneOperation>('progress')).copy).toMatchObject({ doneTables: 40, doneRows: 120 });
});

test('terminating a clone ends its copy, in a later run too', async () => {
  let copies = 0;
  await using worker = await startScriptedWorker({
    planClone: () => planOf({ units: 40, historyLimit: 100 }),
    copyUnit: inLaterRuns(() => {
      copies++;
      return untilCancelled();
    }),
  });
  const handle = await startClone(worker);
  await until(() => copies === 4);
  await handle.terminate();

  const copy = worker.client.workflow.getHandle(`${handle.workflowId}/1`);
  await expect(copy.result()).rejects.toThrow(WorkflowFailedError);
  expect((await copy.describe()).status.name).toBe('TERMINATED');
});

test('who watches sees every unit, also one that is too small for the clone to be told of', async () => {
  let isReleased = false;
  await using worker = await startScriptedWorker({
    planClone: () => planOf({ units: 51 }),
    copyUnit: async ({ unit }: CopyUnitInput) => {
      if (unit > 0) await until(() => isReleased);
      return COPIED;
    },
  });
  const handle = await startClone(worker);
  await until(() => countOf(worker, 'copyUnit') === 5);
  const cloner = await createEnvironmentCloner({ connection: worker.client.connection as Connection });
  const seen = await cloner.watch(handle.workflowId)[Symbol.asyncIterator]().next();
  const told = await handle.query<CloneOperation>('progress');
  isReleased = true;
  await handle.result();

  expect(told.copy?.doneBytes).toBe(0);
  expect(seen.value?.copy).toMatchObject({ doneBytes: 10, currentSizes: { 1: 10, 2: 10, 3: 10, 4: 10 } });
});

/** Copies at once in the first run of the copy; in the others as `copy` does. */
function inLaterRuns(copy: () => Promise<unknown>): ScriptedActivity {
  let first: string | undefined;
  return () => {
    const runId = Context.current().info.workflowExecution?.runId;
    first ??= runId;
    return runId === first ? COPIED : copy();
  };
}

function countOf({ calls }: ScriptedWorker, activity: string): number {
  return calls.filter((call) => call === activity).length;
}

function byNumber(a: number, b: number): number {
  return a - b;
}
