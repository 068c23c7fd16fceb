import type { Command } from 'commander';
import { openDesk } from '../../worker/desk.js';
import { action } from './command.js';
import { connectCloner } from './connect.js';
import { EXIT } from './exit-codes.js';
import { follow } from './follow.js';

export function addValidate(program: Command): void {
  program
    .command('validate <environment>')
    .description('check schema, rows, keys, policies, leaks and health; production: its health alone')
    .option('--operation <id>', 'compare with the plan of this clone')
    .addHelpText('after', '\nExample:\n  $ envclone validate test')
    .action(
      action(async (context, environment: string, { operation }: { operation?: string }) => {
        const { configuration } = await openDesk(context.directory);
        configuration.require([environment]);
        const cloner = await connectCloner(context, configuration);
        try {
          const handle = await cloner.startValidation({ environment, ...(operation && { operation }) });
          const result = await follow(context, cloner, handle);
          const { isValid, errors, warnings, statistics } = result;
          context.print(
            result,
            [
              `${environment} is ${isValid ? 'valid' : 'not valid'}: ${statistics.tables} tables, ${statistics.records} rows`,
              ...errors.map(({ message, object }) => `error: ${object ? `${object}: ` : ''}${message}`),
              ...warnings.map(({ message, object }) => `warning: ${object ? `${object}: ` : ''}${message}`),
            ].join('\n'),
          );
          return isValid ? EXIT.done : EXIT.invalid;
        } finally {
          await cloner.close();
        }
      }),
    );
}
