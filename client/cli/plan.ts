import type { Command } from 'commander';
import { openDesk } from '../../worker/desk.js';
import { addCloneOptions, type CloneFlags, cloneOptionsOf } from './clone-flags.js';
import { action } from './command.js';
import { EXIT } from './exit-codes.js';

export function addPlan(program: Command): void {
  const command = program
    .command('plan <source> <target>')
    .description('show everything a clone would do; nothing is touched')
    .addHelpText('after', '\nExample:\n  $ envclone plan production test');
  addCloneOptions(command).action(
    action(async ({ directory, print }, source: string, target: string, flags: CloneFlags) => {
      const desk = await openDesk(directory);
      const plan = await desk.plan({ source, target, options: cloneOptionsOf(flags) });
      print(plan, desk.describePlan(plan));
      return plan.refusals.length > 0 ? EXIT.failed : EXIT.done;
    }),
  );
}
