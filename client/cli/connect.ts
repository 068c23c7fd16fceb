import { ConnectionError } from '../../contracts/errors.js';
import type { Configuration } from '../../engine/environments/configuration.js';
import type { EnvironmentCloner } from '../environment-cloner.js';
import type { CommandContext } from './command.js';

/** A cloner on the configured Temporal server; on the directory's own one when none is configured. */
export async function connectCloner(
  { directory, say }: CommandContext,
  { temporal }: Configuration,
): Promise<EnvironmentCloner> {
  const { namespace, taskQueue, apiKey, tls } = temporal;
  // Temporal's client is loaded by the commands that talk to a server: it takes longer than everything else.
  const { createEnvironmentCloner } = await import('../environment-cloner.js');
  const { ensureStack } = await import('../local-stack.js');
  const address = temporal.address ?? (await ensureStack(directory, say)).address;
  const cloner = await createEnvironmentCloner({
    address,
    namespace,
    taskQueue,
    tls,
    ...(apiKey && { apiKey: apiKey.reveal() }),
  });
  if (temporal.address && !(await cloner.hasWorker())) {
    await cloner.close();
    throw new ConnectionError('TEMPORAL_UNAVAILABLE', `no worker polls task queue ${taskQueue} at ${address}`, {
      next: 'Start one: envclone worker',
    });
  }
  return cloner;
}
