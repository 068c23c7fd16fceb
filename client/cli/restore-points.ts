import type { Command } from 'commander';
import { formatBytes } from '../../engine/monitoring/format.js';
import { openDesk } from '../../worker/desk.js';
import { action } from './command.js';
import { EXIT } from './exit-codes.js';

export function addRestorePoints(program: Command): void {
  program
    .command('restore-points <environment>')
    .description('list what an environment can be returned to, newest first')
    .addHelpText('after', '\nExample:\n  $ envclone restore-points test')
    .action(
      action(async ({ directory, print }, environment: string) => {
        const restorePoints = await (await openDesk(directory)).restorePoints(environment);
        const lines = restorePoints.map(({ id, createdAt, kind, tables, records, sizeBytes }) =>
          kind === 'archive'
            ? `${id}  ${createdAt}  ${tables} tables, ${records} rows, ${formatBytes(sizeBytes)}`
            : `${id}  ${createdAt}  no database: returning drops it`,
        );
        print({ restorePoints }, lines.join('\n') || `${environment} has no restore point`);
        return EXIT.done;
      }),
    );
}
