import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type History, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { expect, inject, test } from 'vitest';
import {
  failing,
  grant,
  planOf,
  runsOf,
  startScriptedWorker,
  until,
  untilCancelled,
} from '../support/scripted-worker.js';

const HISTORIES = new URL('./histories/', import.meta.url);

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `ENVCLONE_RECORD=<version> vitest run test/replay` records what a release's workflows do; recorded ones are never changed. */
const version = process.env.ENVCLONE_RECORD;

test.runIf(version)(
  'records the histories of this version',
  async () => {
    await record('clone-completed', {});
    await record('clone-continued', { planClone: () => planOf({ units: 12, historyLimit: 60 }) });
    await record('clone-undone', { finishSchema: failing('SCHEMA_STATEMENT_FAILED') });
    await record('clone-swapped', { planClone: () => planOf({ units: 2, restorePoint: 'swap' }) });
    await record('clone-in-copy', { copyUnit: untilCancelled }, 'copyUnit');
    await record('clone-in-finish', { finishSchema: untilCancelled }, 'finishSchema');
    await record(
      'clone-in-undo',
      { finishSchema: failing('SCHEMA_STATEMENT_FAILED'), restoreTarget: untilTerminated },
      'restoreTarget',
    );
    await record(
      'clone-waiting',
      { admitClone: () => ({ ...grant, waitMs: 3_600_000 }), finishSchema: failing('DISK_FULL') },
      'recordIntervention',
    );
  },
  60_000,
);

test('workflows that were started by an earlier version go on with this one', async () => {
  const files = (await readdir(HISTORIES)).filter((file) => file.endsWith('.json'));
  expect(files).not.toEqual([]);
  for (const file of files) {
    const history: unknown = JSON.parse(await readFile(new URL(file, HISTORIES), 'utf8'));
    await Worker.runReplayHistory(
      { workflowBundle: { codePath: inject('built').workflows } },
      history,
      'clone-test-20260102T030405-9f3a',
    );
  }
}, 60_000);

type Script = Parameters<typeof startScriptedWorker>[0];

/** With `at`: what is there while that activity runs, as a worker of the next version finds it. */
async function record(name: string, script: Script, at?: string): Promise<void> {
  await using worker = await startScriptedWorker(script);
  const handle = await worker.client.workflow.start('cloneEnvironment', {
    workflowId: 'clone-test-20260102T030405-9f3a',
    taskQueue: worker.taskQueue,
    args: [{ source: 'production', target: 'test', confirm: 'test' }],
  });
  if (at) await until(() => worker.calls.includes(at));
  else await handle.result().catch(() => {});
  await write(name, await handle.fetchHistory());
  const copies = await runsOf(worker, `${handle.workflowId}/1`);
  for (const [index, copy] of copies.reverse().entries()) await write(`${name}-copy-${index + 1}`, copy);
  if (at) await handle.terminate();
}

/** A compensation is not cancelled. */
async function untilTerminated(): Promise<void> {
  await untilCancelled().catch(() => {});
}

async function write(name: string, history: History): Promise<void> {
  const file = new URL(`${version}-${name}.json`, HISTORIES);
  if (existsSync(file)) return;
  await writeFile(
    file,
    `${historyToJSON(history)
      .replaceAll(ROOT, '')
      .replaceAll(/[0-9]+@[\w.-]+/g, '1@worker')}\n`,
  );
}
