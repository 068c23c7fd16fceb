import type { RollbackInput, RollbackResult } from '../contracts/clone.js';
import { trackHolders } from './holders.js';
import { trackOperation } from './operation.js';
import { control, ddl, undoing } from './policies.js';
import { reportingFailures } from './reporting.js';
import { withSaga } from './saga.js';

/** Returns an environment to a restore point. What it was before becomes a restore point too, and comes back if this fails. */
export async function rollbackEnvironment(input: RollbackInput): Promise<RollbackResult> {
  const environment = String(input?.environment);
  const operation = trackOperation({ source: environment, target: environment });
  const holders = trackHolders();
  try {
    return await withSaga(
      async (undo) => {
        await operation.enter('guard');
        const { grant, point } = await control.admitRollback({ operation: operation.id, input });
        const lock = await holders.target(grant);

        await operation.enter('backup');
        const before = { environment: grant.target, id: operation.id };
        undo.push({
          name: 'delete the new restore point',
          undoes: 'store',
          run: () => undoing.discardRestorePoint({ grant, point: before }),
        });
        await ddl.createRestorePoint({ grant, point: before });

        await operation.enter('migrate');
        lock.check();
        undo.push({
          name: `restore ${grant.target}`,
          undoes: 'target',
          run: () => undoing.restoreTarget({ grant, point: before }),
        });
        await ddl.restoreTarget({ grant, point });

        await operation.enter('validate');
        const result = await ddl.completeRollback({ grant, point });
        operation.complete();
        return result;
      },
      reportingFailures(operation, input),
    );
  } finally {
    await holders.releaseAll();
  }
}
