import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { openDesk } from '../../worker/desk.js';
import { askConfirmation } from './clone.js';
import { action } from './command.js';
import { connectCloner } from './connect.js';
import { EXIT } from './exit-codes.js';
import { follow } from './follow.js';
import { onTroubleOf } from './on-trouble.js';

interface Flags {
  to?: string;
  confirm?: string;
}

export function addRollback(program: Command): void {
  program
    .command('rollback <environment>')
    .description('return an environment to a restore point; what it is now becomes a restore point too')
    .option('--to <restore point>', 'its id; the newest one by default')
    .option('--confirm <environment>', 'the name of the environment, repeated')
    .addHelpText('after', '\nExample:\n  $ envclone rollback test --confirm test')
    .action(
      action(async (context, environment: string, flags: Flags) => {
        const { configuration } = await openDesk(context.directory);
        configuration.require([environment]);
        const confirm = flags.confirm ?? (await askConfirmation(environment, context));
        const cloner = await connectCloner(context, configuration);
        try {
          const handle = await cloner.startRollback({
            environment,
            requestedBy: userInfo().username,
            ...onTroubleOf({}, context, configuration),
            ...(flags.to && { restorePoint: flags.to }),
            ...(confirm !== undefined && { confirm }),
          });
          const result = await follow(context, cloner, handle);
          context.print(
            result,
            `${environment} is again what it was at ${result.restorePoint.id}: ${result.tables} tables, ${result.records} rows`,
          );
          return EXIT.done;
        } finally {
          await cloner.close();
        }
      }),
    );
}
