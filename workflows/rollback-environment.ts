import type { RollbackInput, RollbackResult } from '../contracts/clone.js';
import type { RestorePointInput } from '../contracts/stages.js';
import { type Held, trackHolders } from './holders.js';
import { type Operation, trackOperation } from './operation.js';
import { control, ddl, undoing } from './policies.js';
import { trackRecovery } from './recovery.js';
import { reportingFailures } from './reporting.js';
import { type Compensation, withSaga } from './saga.js';

/** Returns an environment to a restore point. What it was before becomes a restore point too, and comes back if this fails. */
export async function rollbackEnvironment(input: RollbackInput): Promise<RollbackResult> {
  const environment = String(input?.environment);
  const operation = trackOperation({ source: environment, target: environment });
  const recovery = trackRecovery(operation);
  const holders = trackHolders();
  try {
    return await withSaga(
      async (undo) => {
        await operation.enter('guard');
        const { kind, ...admitted } = await control.admitRollback({ operation: operation.id, input });
        const lock = await holders.target(admitted.grant);
        recovery.begin({ grant: admitted.grant, lock });

        const rollBack = kind === 'database' ? returnToDatabase : restoreArchive;
        await rollBack({ ...admitted, operation, lock, undo });

        await operation.enter('validate');
        const result = await ddl.completeRollback(kind === 'database' ? { ...admitted, kind } : admitted);
        operation.complete();
        return result;
      },
      reportingFailures(operation, recovery, input),
    );
  } finally {
    await holders.releaseAll();
  }
}

interface RollBackInput extends RestorePointInput {
  operation: Operation;
  /** Of the target. */
  lock: Held;
  undo: Compensation[];
}

/** Archives the target, then rebuilds it from the restore point. */
async function restoreArchive({ grant, point, operation, lock, undo }: RollBackInput): Promise<void> {
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
}

/** The restore point is a database: it takes the target's name, and the target becomes one. */
async function returnToDatabase({ grant, point, operation, lock, undo }: RollBackInput): Promise<void> {
  await operation.enter('swap');
  lock.check();
  undo.push({
    name: `give ${grant.target} its database back`,
    undoes: 'target',
    run: () => undoing.undoReturn({ grant }),
  });
  await ddl.returnToDatabase({ grant, point });
}
