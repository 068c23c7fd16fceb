import type { RollbackChanges, RollbackInput, RollbackParts, RollbackResult } from '../contracts/clone.js';
import type { RestorePointInput, RollBackPartsInput } from '../contracts/stages.js';
import type { Held } from './holders.js';
import type { Operation } from './operation.js';
import { control, ddl, undoing } from './policies.js';
import { runOperation } from './run-operation.js';
import type { Compensation } from './saga.js';

/** Returns an environment, or parts of it, to a restore point. What it was before becomes a restore point too, and comes back if this fails. */
export async function rollbackEnvironment(input: RollbackInput): Promise<RollbackResult> {
  const environment = String(input?.environment);
  return runOperation(
    input,
    { source: environment, target: environment },
    async ({ operation, recovery, holders, undo }) => {
      await operation.enter('guard');
      const { kind, ...admitted } = await control.admitRollback({ operation: operation.id, input });
      const lock = await holders.target(admitted.grant);
      recovery.begin({ grant: admitted.grant, lock });

      const parts = partsOf(input);
      const whole = { ...admitted, operation, lock, undo };
      if (parts && input.dryRun) return await tryParts({ ...whole, kind, parts });
      const changes = parts && (await takePartsBack({ ...whole, kind, parts }));
      if (!parts) await (kind === 'database' ? returnToDatabase : restoreArchive)(whole);

      await operation.enter('validate');
      const result = await ddl.completeRollback({
        ...admitted,
        ...(kind === 'database' && !parts && { kind }),
        ...(changes && { changes }),
        startedAt: operation.startedAt,
        timings: operation.timings(),
      });
      operation.complete();
      return result;
    },
  );
}

/** What was asked for besides the whole. */
function partsOf(input: RollbackInput): RollbackParts | undefined {
  const { tables, components, cascade } = input;
  if (!tables && !components) return undefined;
  return { ...(tables && { tables }), ...(components && { components }), ...(cascade && { cascade }) };
}

interface TakePartsInput extends RollBackInput, Pick<RollBackPartsInput, 'kind' | 'parts'> {}

/** Says what would change: everything is done in a transaction, and taken back. */
async function tryParts({ grant, point, kind, parts, operation, lock }: TakePartsInput): Promise<RollbackResult> {
  await operation.enter('analyze');
  await ddl.checkParts({ grant, point, kind, parts });
  await operation.enter('migrate');
  lock.check();
  const changes = await ddl.rollBackParts({ grant, point, kind, parts });
  operation.complete();
  const records = changes.tables.reduce((sum, { rowsAfter }) => sum + rowsAfter, 0);
  return {
    operationId: operation.id,
    environment: grant.target,
    restorePoint: point,
    tables: changes.tables.length,
    records,
    validation: NOT_VALIDATED,
    changes,
    dryRun: true,
  };
}

const NOT_VALIDATED: RollbackResult['validation'] = {
  isValid: true,
  errors: [],
  warnings: [],
  statistics: { tables: 0, records: 0, functions: 0, triggers: 0, policies: 0, indexes: 0, sizeBytes: 0 },
};

/** Archives the target, then changes it in one transaction: what fails before its commit has changed nothing. */
async function takePartsBack({
  grant,
  point,
  kind,
  parts,
  operation,
  lock,
  undo,
}: TakePartsInput): Promise<RollbackChanges> {
  const before = { environment: grant.target, id: operation.id };
  await operation.enter('analyze');
  await ddl.checkParts({ grant, point, kind, parts, before });
  await operation.enter('backup');
  undo.push(discarding({ grant, point: before }));
  await ddl.createRestorePoint({ grant, point: before });

  await operation.enter('migrate');
  lock.check();
  const restoring: Compensation = {
    name: `restore ${grant.target}`,
    undoes: 'target',
    run: async () => {
      const { wasChanged } = await undoing.undoRollbackOfParts({ grant, point: before });
      if (!wasChanged) restoring.undoes = 'store';
    },
  };
  undo.push(restoring);
  return ddl.rollBackParts({ grant, point, kind, parts, before });
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
  undo.push(discarding({ grant, point: before }));
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

function discarding(input: RestorePointInput): Compensation {
  return {
    name: 'delete the new restore point',
    undoes: 'store',
    run: () => undoing.discardRestorePoint(input),
  };
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
