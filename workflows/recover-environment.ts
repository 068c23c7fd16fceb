import type { RecoverInput, RecoverResult } from '../contracts/clone.js';
import { trackHolders } from './holders.js';
import { trackOperation } from './operation.js';
import { control, ddl } from './policies.js';
import { trackRecovery } from './recovery.js';
import { reportingFailures } from './reporting.js';
import { withSaga } from './saga.js';

/** Undoes what operations left on an environment that ended without their undo, whoever ran them. Interrupted, it can be started again. */
export async function recoverEnvironment(input: RecoverInput): Promise<RecoverResult> {
  const environment = String(input?.environment);
  const operation = trackOperation({ source: environment, target: environment });
  const recovery = trackRecovery(operation);
  const holders = trackHolders();
  try {
    return await withSaga(
      async (undo) => {
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
      },
      reportingFailures(operation, recovery, input),
    );
  } finally {
    await holders.releaseAll();
  }
}
