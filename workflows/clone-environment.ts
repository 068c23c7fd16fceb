import type { CloneInput, CloneResult } from '../contracts/clone.js';
import { copyTables } from './copy-tables.js';
import { control, ddl, undoing } from './policies.js';
import { restoreStrategy } from './restore-strategies.js';
import { runOperation } from './run-operation.js';

/** Rebuilds `target` as an anonymized copy of `source`; on any failure, cancellation included, puts `target` back as it was. */
export async function cloneEnvironment(input: CloneInput): Promise<CloneResult> {
  return runOperation(
    input,
    { source: String(input?.source), target: String(input?.target) },
    async ({ operation, recovery, holders, undo }) => {
      await operation.enter('guard');
      const grant = await control.admitClone({ operation: operation.id, input });
      const lock = await holders.target(grant);
      recovery.begin({ grant, lock });

      await operation.enter('analyze');
      const plan = await ddl.planClone(grant);
      const strategy = restoreStrategy({ grant, plan });
      const { stage } = strategy;
      for (const warning of plan.warnings) operation.log('warning', 'analyze', warning);

      await operation.enter('backup');
      if (plan.restorePointReason) operation.log('info', 'backup', `${plan.restorePoint}: ${plan.restorePointReason}`);
      await strategy.prepare(undo);

      await operation.enter('migrate');
      lock.check();
      const planned = { grant, plan: plan.plan };
      undo.push({ name: 'drop the roles made', undoes: 'store', run: () => undoing.dropCreatedRoles(planned) });
      undo.push(strategy.unbuild);
      await recovery.step(() => ddl.rebuildSchema(stage));

      await operation.enter('copy');
      await copyTables({ stage, plan, holders, operation, recovery });

      await operation.enter('finish');
      await recovery.step(async () => {
        await ddl.addForeignKeys(stage);
        await ddl.finishSchema(stage);
      });

      await operation.enter('validate');
      const onInvalid = input.onInvalid ?? 'rollback';
      await recovery.step(() => ddl.validateClone({ ...stage, onInvalid }));
      await strategy.takeOver({ undo, operation, recovery });
      const result = await recovery.step(() =>
        control.completeClone({
          ...planned,
          point: strategy.point,
          startedAt: operation.startedAt,
          timings: operation.timings(),
        }),
      );
      operation.complete(result.statistics);
      return result;
    },
  );
}
