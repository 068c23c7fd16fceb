import { userInfo } from 'node:os';
import { Argument, type Command } from 'commander';
import type { CloneOperation } from '../../contracts/clone.js';
import { ConfigurationError } from '../../contracts/errors.js';
import { workflowsOf } from '../../contracts/operation-ids.js';
import { RESOLUTIONS, type Resolution } from '../../contracts/recovery.js';
import { openDesk } from '../../worker/desk.js';
import type { EnvironmentCloner } from '../environment-cloner.js';
import { action, type CommandContext } from './command.js';
import { connectCloner } from './connect.js';
import { describeIntervention } from './describe-intervention.js';
import { EXIT } from './exit-codes.js';

export function addResolve(program: Command): void {
  program
    .command('resolve <operation>')
    .description('answer an operation that waits for a person; without a choice: show what it waits for')
    .addArgument(
      new Argument(
        '[choice]',
        'retry: run again what failed; rollback: give it up and undo; skip: end an undo without what failed',
      ).choices([...RESOLUTIONS]),
    )
    .addHelpText('after', '\nExample:\n  $ envclone resolve clone-test-20260102T030405-9f3a retry')
    .action(
      action(async (context, operationId: string, choice: Resolution | undefined) => {
        const { configuration } = await openDesk(context.directory);
        const cloner = await connectCloner(context, configuration);
        try {
          return await (choice ? answer(context, cloner, operationId, choice) : look(context, cloner, operationId));
        } finally {
          await cloner.close();
        }
      }),
    );
}

async function answer(
  { print }: CommandContext,
  cloner: EnvironmentCloner,
  operationId: string,
  choice: Resolution,
): Promise<number> {
  const operation = await cloner.resolve(operationId, { choice, requestedBy: userInfo().username });
  print(operation, operation.logs.at(-1)?.message ?? choice);
  return EXIT.done;
}

async function look({ print }: CommandContext, cloner: EnvironmentCloner, operationId: string): Promise<number> {
  const operation = await lookAt(cloner, operationId);
  if (!operation) throw new ConfigurationError('RESOLUTION_REFUSED', `no worker knows an operation ${operationId}`);
  const { status, intervention } = operation;
  const lines = intervention ? describeIntervention(operationId, intervention) : [`${operationId} waits for nobody`];
  print({ operationId, status, ...(intervention && { intervention }) }, lines.join('\n'));
  return intervention ? EXIT.operator : EXIT.done;
}

async function lookAt(cloner: EnvironmentCloner, operationId: string): Promise<CloneOperation | undefined> {
  const { WorkflowNotFoundError } = await import('@temporalio/common');
  for (const { workflowId } of workflowsOf(operationId)) {
    try {
      for await (const operation of cloner.watch(workflowId)) return operation;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
  return undefined;
}
