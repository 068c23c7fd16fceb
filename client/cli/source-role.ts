import type { Command } from 'commander';
import { openDesk } from '../../worker/desk.js';
import { action } from './command.js';
import { EXIT } from './exit-codes.js';

export function addSourceRole(program: Command): void {
  program
    .command('source-role <environment>')
    .description('print the SQL of a role that reads everything and writes nothing')
    .option('--role <name>', 'name of the role', 'envclone_reader')
    .addHelpText('after', '\nExample:\n  $ envclone source-role production > reader.sql')
    .action(
      action(async ({ directory, print }, environment: string, { role }: { role: string }) => {
        const sql = await (await openDesk(directory)).sourceRoleSql(environment, role);
        print({ sql }, sql);
        return EXIT.done;
      }),
    );
}
