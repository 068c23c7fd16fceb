import type { Command } from 'commander';
import { ConfigurationError } from '../../contracts/errors.js';
import { openDesk } from '../../worker/desk.js';
import { action } from './command.js';
import { EXIT } from './exit-codes.js';

interface RulesOptions {
  write?: boolean;
  undecided?: string;
}

export function addRules(program: Command): void {
  program
    .command('rules <environment>')
    .description('show what is masked and what is undecided; --write makes every decision that can be made')
    .option('--write', 'write the decisions into envclone.rules.json')
    .option('--undecided <keep|mask>', 'decide what remains, with that as its recorded reason')
    .addHelpText('after', '\nExample:\n  $ envclone rules production --write')
    .action(
      action(async ({ directory, print, say }, environment: string, { write = false, undecided }: RulesOptions) => {
        const desk = await openDesk(directory);
        const outcome = await desk.rules(environment, { write, ...policyOf(undecided) });
        const lines = [
          `${outcome.rules.length} rules, ${outcome.added.length} of them new${write ? `, in ${outcome.file}` : ''}`,
          ...outcome.added.map(
            (rule) => `  + ${rule.tableName}.${rule.columnName}: ${rule.anonymizationType} (${rule.reason ?? ''})`,
          ),
          ...(outcome.remaining.length > 0 ? [`${outcome.remaining.length} columns undecided:`] : []),
          ...outcome.remaining.map(
            ({ table, column, type, proposal }) =>
              `  ? ${table}.${column} (${type}): ${proposal.rule.anonymizationType} is proposed`,
          ),
        ];
        print(outcome, lines.join('\n'));
        if (outcome.remaining.length > 0) say('next: add rules for them, or run again with --undecided mask');
        return outcome.remaining.length > 0 && write ? EXIT.usage : EXIT.done;
      }),
    );
}

function policyOf(undecided: string | undefined): { undecided?: 'keep' | 'mask' } {
  if (undecided === undefined) return {};
  if (undecided === 'keep' || undecided === 'mask') return { undecided };
  throw new ConfigurationError('CONFIGURATION_INVALID', '--undecided takes keep or mask');
}
