import type { RecoverInput, RecoverResult } from '../contracts/clone.js';
import { control, ddl } from './policies.js';
import { runOperation } from './run-operation.js';

/** Undoes what operations left on an environment that ended without their undo, whoever ran them. Interrupted, it can be started again. */
export async function recoverEnvironment(input: RecoverInput): Promise<RecoverResult> {
  const environment = String(input?.environment);
  return runOperation(input, { source: environment, target: environment }, async ({ operation, holders, undo }) => {
    await operation.enter('guard');
    const grant = await control.admitRecovery({ operation: operation.id, input });
    const lock = await holders.target(grant);
    const leftovers = await control.findLeftovers({ grant });

    await operation.enter('undo');
    for (const leftover of leftovers) operation.log('info', 'undo', leftover);
    lock.check();
    undo.push({ name: `leave ${environment} as it is`, undoes: 'nothing', run: async () => {} });
    const result = await ddl.undoLeftovers({ grant });
    operation.complete();
    return result;
  });
}
