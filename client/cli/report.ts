import type { Command } from 'commander';
import { openDesk } from '../../worker/desk.js';
import { action } from './command.js';
import { EXIT } from './exit-codes.js';

export function addReport(program: Command): void {
  program
    .command('report <operation>')
    .description('show what an operation did, a failed one too')
    .addHelpText('after', '\nExample:\n  $ envclone report clone-test-20260102T030405-9f3a')
    .action(
      action(async ({ directory, print }, operation: string) => {
        const { json, markdown } = await (await openDesk(directory)).report(operation);
        print(json, markdown);
        return EXIT.done;
      }),
    );
}
