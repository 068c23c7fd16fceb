import type { Command } from 'commander';
import { relationLabel } from '../../contracts/relations.js';
import { openDesk } from '../../worker/desk.js';
import { action } from './command.js';
import { EXIT } from './exit-codes.js';

export function addAnalyze(program: Command): void {
  program
    .command('analyze <environment>')
    .description('show what is in a database, from one consistent read')
    .addHelpText('after', '\nExample:\n  $ envclone analyze production --json > schema.json')
    .action(
      action(async ({ directory, print }, environment: string) => {
        const schema = await (await openDesk(directory)).analyze(environment);
        const counts = {
          schemas: schema.schemas.length,
          tables: schema.tables.length,
          views: schema.views.length,
          functions: schema.functions.length,
          triggers: schema.triggers.length,
          policies: schema.policies.length,
          indexes: schema.indexes.length,
          sequences: schema.sequences.length,
          types: schema.types.length,
          extensions: schema.extensions.length,
        };
        const largest = [...schema.tables].sort((a, b) => b.sizeBytes - a.sizeBytes).slice(0, 20);
        print(
          schema,
          [
            `${environment}: PostgreSQL ${Math.floor(schema.serverVersion / 10_000)}, ${schema.encoding}`,
            ...Object.entries(counts).map(([name, count]) => `  ${name.padEnd(12)} ${count}`),
            'largest tables:',
            ...largest.map(
              (table) => `  ${relationLabel(table).padEnd(40)} ${(table.sizeBytes / 1024 / 1024).toFixed(1)} MB`,
            ),
          ].join('\n'),
        );
        return EXIT.done;
      }),
    );
}
