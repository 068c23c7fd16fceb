import type { Command } from 'commander';
import { ConfigurationError } from '../../contracts/errors.js';
import { describeUndecided } from '../../engine/plan/require-decided.js';
import { type Desk, openDesk, type RulesOutcome } from '../../worker/desk.js';
import { action, type CommandContext } from './command.js';
import { EXIT } from './exit-codes.js';

interface RulesOptions {
  write?: boolean;
  undecided?: string;
  sample: boolean;
  check?: boolean;
}

export function addRules(program: Command): void {
  program
    .command('rules <environment>')
    .description('show what is masked and what is undecided; --write makes every decision that can be made')
    .option('--write', 'write the decisions into envclone.rules.json')
    .option('--undecided <keep|mask>', 'decide what remains, with that as its recorded reason')
    .option('--no-sample', 'judge columns by name, comment and type alone, without a look at rows')
    .option(
      '--check',
      'list every undecided column and every rule that cannot be followed; exit code 2 when there is one',
    )
    .addHelpText('after', '\nExamples:\n  $ envclone rules production --write\n  $ envclone rules production --check')
    .action(
      action(async (context, environment: string, options: RulesOptions) => {
        const { write = false, undecided, sample, check } = options;
        if (check && (write || undecided))
          throw new ConfigurationError('CONFIGURATION_INVALID', '--check writes nothing: give it alone');
        const desk = await openDesk(context.directory);
        if (check) return checkRules(context, desk, environment);
        const outcome = await desk.rules(environment, { write, sample, ...policyOf(undecided) });
        const { notes, remaining } = outcome;
        context.print(outcome, describeOutcome(outcome));
        for (const note of notes) context.say(note);
        if (remaining.length > 0) context.say('next: add rules for them, or run again with --undecided mask');
        return remaining.length > 0 && write ? EXIT.usage : EXIT.done;
      }),
    );
}

function describeOutcome({ file, rules, proposals, addedEmptyTables, remaining, written }: RulesOutcome): string {
  return [
    `${rules.length} rules, ${proposals.length} of them new${written ? `, in ${file}` : ''}`,
    ...proposals.map(
      ({ rule, confidence, reason }) =>
        `  + ${rule.tableName}.${rule.columnName}: ${rule.anonymizationType}${SURE[confidence]} (${reason})`,
    ),
    ...addedEmptyTables.map(({ table, reason }) => `  + ${table}: stays empty (${reason})`),
    ...(remaining.length > 0 ? [`${remaining.length} columns undecided:`] : []),
    ...remaining.map((column) => `  ? ${describeUndecided(column)}`),
  ].join('\n');
}

const SURE = { certain: ', certain', likely: ', likely', none: '' };

async function checkRules({ print, say }: CommandContext, desk: Desk, environment: string): Promise<number> {
  const { problems, undecided } = await desk.checkRules(environment);
  const mistakes = [...problems, ...undecided.map(describeUndecided)];
  print(
    { problems, undecided },
    mistakes.length > 0 ? mistakes.join('\n') : 'every column is decided, and every rule fits',
  );
  if (mistakes.length === 0) return EXIT.done;
  if (undecided.length > 0) say(`next: decide them with: envclone rules ${environment} --write, then review the file`);
  return EXIT.usage;
}

function policyOf(undecided: string | undefined): { undecided?: 'keep' | 'mask' } {
  if (undecided === undefined) return {};
  if (undecided === 'keep' || undecided === 'mask') return { undecided };
  throw new ConfigurationError('CONFIGURATION_INVALID', '--undecided takes keep or mask');
}
