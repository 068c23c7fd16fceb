import type { Command } from 'commander';
import type { ValidationResult, ValidationWarning } from '../../contracts/validation.js';
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
          const { isValid, statistics } = result;
          const verdict = `${environment} is ${isValid ? 'valid' : 'not valid'}: ${statistics.tables} tables, ${statistics.records} rows`;
          context.print(result, [verdict, ...linesOf(result)].join('\n'));
          return isValid ? EXIT.done : EXIT.invalid;
        } finally {
          await cloner.close();
        }
      }),
    );
}

/** Errors, then warnings, each with its object where the message does not begin with it. */
export function linesOf({ errors, warnings }: Pick<ValidationResult, 'errors' | 'warnings'>): string[] {
  const lineOf = (what: string, { message, object }: ValidationWarning) =>
    `${what}: ${!object || message.startsWith(object) ? '' : `${object}: `}${message}`;
  return [...errors.map((each) => lineOf('error', each)), ...warnings.map((each) => lineOf('warning', each))];
}
