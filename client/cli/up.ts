import type { Command } from 'commander';
import { openDesk } from '../../worker/desk.js';
import { action } from './command.js';
import { EXIT } from './exit-codes.js';

interface Flags {
  background?: boolean;
  stop?: boolean;
}

export function addUp(program: Command): void {
  program
    .command('up')
    .description('run a Temporal server with its UI, and a worker, until Ctrl-C')
    .option('--stop', 'end the one that runs in the background')
    .option('--background', 'end by itself when nothing has run for ten minutes')
    .addHelpText('after', '\nExample:\n  $ envclone up')
    .action(
      action(async ({ directory, say }, { background = false, stop = false }: Flags) => {
        const { runningStack, runStack, stopStack } = await import('../local-stack.js');
        if (stop) {
          say((await stopStack(directory)) ? 'ended' : 'nothing runs here');
          return EXIT.done;
        }
        const { namespace, taskQueue } = (await openDesk(directory)).configuration.temporal;
        const { startWorker } = await import('../../worker/start-worker.js');
        const ending = new AbortController();
        const end = () => ending.abort();
        process.once('SIGINT', background ? () => {} : end).once('SIGTERM', end);
        const started = await runStack({
          directory,
          startWorker: (address) => startWorker({ directory, address, namespace, taskQueue }),
          onReady: ({ address, uiUrl }) => say(`Temporal: ${address}   UI: ${uiUrl}   task queue: ${taskQueue}`),
          endsWhenIdle: background,
          signal: ending.signal,
        });
        if (started) return EXIT.done;
        const running = await runningStack(directory);
        say(`it runs already: ${running?.address ?? ''}   UI: ${running?.uiUrl ?? ''}`);
        return EXIT.done;
      }),
    );
}
