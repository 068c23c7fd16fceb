import type { Command } from 'commander';
import { initialize } from '../../engine/environments/initialize.js';
import { action } from './command.js';
import { EXIT } from './exit-codes.js';

export function addInit(program: Command): void {
  program
    .command('init')
    .description('make a configuration, templates of the .env files and keys; what is there stays')
    .option('--format <format>', 'ts or json', 'ts')
    .addHelpText('after', '\nExample:\n  $ envclone init --format json')
    .action(
      action(async ({ directory, print, say }, { format }: { format: 'ts' | 'json' }) => {
        const made = await initialize({ directory, format });
        const lines = made.map(({ file, what, content }) => `${what} ${file}: ${content}`);
        print({ made }, lines.join('\n') || 'everything is there already');
        say('next: fill in .env.production and .env.test, then run: envclone doctor');
        return EXIT.done;
      }),
    );
}
