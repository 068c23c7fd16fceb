import type { Command } from 'commander';
import { openDesk } from '../../worker/desk.js';
import { action } from './command.js';
import { EXIT } from './exit-codes.js';
import { onlyProduction } from './only-production.js';
import { linesOf } from './validate.js';

interface VerifyFlags {
  against?: string;
  deep?: boolean;
}

export function addVerify(program: Command): void {
  program
    .command('verify <environment>')
    .description('search an environment for personal data of the source it was cloned from; nothing is written')
    .option('--against <source>', 'whose people must not be in it; default: the only production')
    .option('--deep', 'every row of large tables too')
    .addHelpText(
      'after',
      `
What may stay, or is a false alarm, is named in envclone.rules.json:
  "accept": [{ "place": "public.settings.support", "kinds": ["email"], "reason": "the address of the company" }]

Example:
  $ envclone verify test --against production`,
    )
    .action(
      action(async ({ directory, print }, environment: string, { against, deep = false }: VerifyFlags) => {
        const desk = await openDesk(directory);
        const source = against ?? onlyProduction(desk.configuration.environments, '--against');
        const result = await desk.verify({ environment, against: source, deep });
        const verdict = result.isValid
          ? `nothing of the people of ${source} was found in ${environment}`
          : `${environment} holds what it must not, ${result.errors.length} finding(s):`;
        print(result, [verdict, ...linesOf(result)].join('\n'));
        return result.isValid ? EXIT.done : EXIT.invalid;
      }),
    );
}
