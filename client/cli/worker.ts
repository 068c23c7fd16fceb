import type { Command } from 'commander';
import { ConfigurationError } from '../../contracts/errors.js';
import { openDesk } from '../../worker/desk.js';
import { action } from './command.js';
import { EXIT } from './exit-codes.js';

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('poll the task queue of the configured Temporal server until Ctrl-C')
    .addHelpText('after', '\nExample:\n  $ TEMPORAL_ADDRESS=temporal.internal:7233 envclone worker')
    .action(
      action(async ({ directory, say }) => {
        const { address, namespace, taskQueue } = (await openDesk(directory)).configuration.temporal;
        if (!address) {
          throw new ConfigurationError('CONFIGURATION_INVALID', 'no Temporal server is configured', {
            next: 'Set TEMPORAL_ADDRESS or temporal.address, or start a server with a worker: envclone up',
          });
        }
        const { startWorker } = await import('../../worker/start-worker.js');
        const worker = await startWorker({ directory, address, namespace, taskQueue });
        say(`polling task queue ${taskQueue} at ${address}`);
        const stop = () => void worker.shutdown();
        process.once('SIGINT', stop).once('SIGTERM', stop);
        await worker.run;
        return EXIT.done;
      }),
    );
}
