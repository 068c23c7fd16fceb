import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { expect, inject, test } from 'vitest';
import { createEnvironmentCloner } from '../../client/environment-cloner.js';
import type { CloneOperation, CopyHeartbeat } from '../../contracts/clone.js';

const logger = new DefaultLogger('ERROR');
Runtime.install({ logger, shutdownSignals: [] });

test('watching shows the heartbeats of the operation’s own copies and of those of its child workflows', async () => {
  await using world = await startCopies();
  const seen: CloneOperation[] = [];
  for await (const operation of world.cloner.watch(world.operationId)) {
    seen.push(operation);
    if (operation.copy?.running?.length === 2 && operation.copy.bytesPerSecond) await world.finish();
  }

  const live = seen.findLast(({ copy }) => copy?.running?.length === 2)?.copy;
  expect(live?.running).toEqual([
    { unit: 0, table: 'public.parent', rows: expect.any(Number), bytes: expect.any(Number) },
    { unit: 1, table: 'public.child', rows: expect.any(Number), bytes: expect.any(Number) },
  ]);
  expect(live?.doneBytes).toBeGreaterThan(0);
  expect(live?.bytesPerSecond).toBeGreaterThan(0);
  expect(live?.etaSeconds).toBeGreaterThan(0);
  expect(seen.at(-1)).toMatchObject({ status: 'completed', progress: 100 });
});

/** A workflow as the clone's is, as far as a client sees it; its copies beat until they are told to end. */
async function startCopies() {
  const address = inject('temporalAddress');
  const taskQueue = `copies-${randomUUID()}`;
  let isFinished = false;
  const workflowsPath = fileURLToPath(new URL('./copying-workflows.ts', import.meta.url));
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: await bundleWorkflowCode({ workflowsPath, logger }),
    maxHeartbeatThrottleInterval: '100ms',
    activities: {
      async copyUnit({ unit, table }: { unit: number; table: string }) {
        const context = Context.current();
        for (let step = 1; !isFinished; step++) {
          context.heartbeat({ unit, table, rows: step, bytes: step * 1000 } satisfies CopyHeartbeat);
          await context.sleep(100);
        }
      },
      async somethingElse() {
        while (!isFinished) {
          Context.current().heartbeat('busy');
          await Context.current().sleep(100);
        }
      },
    },
  });
  const run = worker.run();
  const connection = await Connection.connect({ address });
  const operationId = `clone-test-${randomUUID()}`;
  await new Client({ connection }).workflow.start('copying', { workflowId: operationId, taskQueue, args: [] });
  const cloner = await createEnvironmentCloner({ connection, taskQueue });
  return {
    cloner,
    operationId,
    async finish() {
      isFinished = true;
    },
    async [Symbol.asyncDispose]() {
      isFinished = true;
      worker.shutdown();
      await run;
      await Promise.all([native.close(), connection.close()]);
    },
  };
}
