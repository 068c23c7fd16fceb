import { Context } from '@temporalio/activity';
import type { RestorePointRef } from '../contracts/artifacts.js';
import type { RestorePointSummary } from '../contracts/backup.js';
import type { OnTrouble } from '../contracts/recovery.js';
import type { AdmitCloneInput, AdmitRollbackInput, CloneGrant, TargetGrant } from '../contracts/stages.js';
import { TARGET_HELD_SIGNAL } from '../contracts/workflows.js';
import { cloneOptionsFrom } from '../engine/environments/clone-options.js';
import type { Configuration } from '../engine/environments/configuration.js';
import { parseCloneInput, parseRollbackInput } from '../engine/environments/parse-input.js';
import { lockTarget } from '../engine/safety/target-lock.js';
import { adapt } from './adapt.js';
import { findRestorePoint } from './find-restore-point.js';
import { hasEnded } from './require-ended.js';
import type { OpenServices } from './services.js';

export const createGuardActivities = (open: OpenServices) => ({
  /** Names in, a grant out. @throws every refusal of table "bad input", before anything is touched */
  async admitClone({ operation, input }: AdmitCloneInput): Promise<CloneGrant> {
    return adapt(async ({ signal }) => {
      const { source, target, confirm, requestedBy, options, onTrouble } = parseCloneInput(input);
      const { configuration, guard, artifacts, auditTrail } = await open();
      configuration.require([source, target]);
      await artifacts.check();
      await guard.admitTarget(target, { confirm, operation, signal, source });
      const { type } = await guard.admitSource(source, { signal, operation });
      const decided = cloneOptionsFrom({ configuration, target, options });
      if (decided.anonymizeData) configuration.maskKey(target); // missing, it is told before anything is touched
      await auditTrail.record({ operation, action: 'clone', source, target, requestedBy, outcome: 'admitted' });
      return {
        operation,
        source,
        sourceType: type,
        target,
        confirm: confirm ?? '',
        ...(requestedBy && { requestedBy }),
        ...waitingFor(configuration, onTrouble),
        options: decided,
      };
    });
  },

  async admitRollback({
    operation,
    input,
  }: AdmitRollbackInput): Promise<{ grant: TargetGrant; point: RestorePointRef; kind: RestorePointSummary['kind'] }> {
    return adapt(async ({ signal }) => {
      const { environment, restorePoint, requestedBy, onTrouble, dryRun, ...given } = parseRollbackInput(input);
      const confirm = dryRun ? environment : given.confirm; // nothing is changed
      const { configuration, guard, artifacts, auditTrail } = await open();
      configuration.require([environment]);
      await artifacts.check();
      const target = await guard.admitTarget(environment, { confirm, operation, signal });
      const { id, kind } = await findRestorePoint({ artifacts }, { target, id: restorePoint, signal });
      if (!dryRun)
        await auditTrail.record({
          operation,
          action: 'rollback',
          target: environment,
          requestedBy,
          outcome: 'admitted',
        });
      return {
        grant: {
          operation,
          target: environment,
          confirm: confirm ?? '',
          ...(requestedBy && { requestedBy }),
          ...waitingFor(configuration, onTrouble),
        },
        point: { environment, id },
        kind,
      };
    });
  },

  /** Has the target's lock until it is cancelled, and tells the workflow once it has. */
  async holdTarget({ operation, target, confirm }: TargetGrant): Promise<void> {
    return adapt(async ({ signal }) => {
      const { guard } = await open();
      const confirmed = await guard.admitTarget(target, { confirm, operation, signal });
      await using lock = await lockTarget(confirmed, { operation, hasEnded, signal });
      await signalWorkflow(TARGET_HELD_SIGNAL);
      await Promise.race([lock.lost, Context.current().cancelled]);
    });
  },
});

function waitingFor({ operations }: Configuration, onTrouble: OnTrouble | undefined): Pick<TargetGrant, 'waitMs'> {
  if ((onTrouble ?? operations.onTrouble) === 'rollback') return {};
  return { waitMs: operations.waitHours * HOUR_MS };
}

const HOUR_MS = 3_600_000;

/** Signals the workflow that this activity runs for. */
export async function signalWorkflow(signal: string, ...values: unknown[]): Promise<void> {
  const { client, info } = Context.current();
  if (!info.workflowExecution) return;
  const { workflowId, runId } = info.workflowExecution;
  await client.workflow.getHandle(workflowId, runId).signal(signal, ...values);
}
