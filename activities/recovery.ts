import type { RecoverResult } from '../contracts/clone.js';
import type { Intervention } from '../contracts/recovery.js';
import type { AdmitRecoveryInput, RecordInterventionInput, TargetGrant } from '../contracts/stages.js';
import { parseRecoverInput } from '../engine/environments/parse-input.js';
import { adapt } from './adapt.js';
import { requireEnded } from './require-ended.js';
import type { OpenServices } from './services.js';
import { findLeftovers, undoUnfinished } from './undo-unfinished.js';

export const createRecoveryActivities = (open: OpenServices) => ({
  /** For an environment on which operations ended without their undo. */
  async admitRecovery({ operation, input }: AdmitRecoveryInput): Promise<TargetGrant> {
    return adapt(async ({ signal }) => {
      const { environment, confirm, requestedBy } = parseRecoverInput(input);
      const { configuration, guard, artifacts, auditTrail } = await open();
      configuration.require([environment]);
      await artifacts.check();
      await guard.admitTarget(environment, { confirm, operation, signal });
      await auditTrail.record({ operation, action: 'recover', target: environment, requestedBy, outcome: 'admitted' });
      return { operation, target: environment, confirm: confirm ?? '', ...(requestedBy && { requestedBy }) };
    });
  },

  /** What there is to undo, for people. @throws SafetyError `TARGET_BUSY` while one of those operations still runs */
  async findLeftovers({ grant }: RecoverStage): Promise<string[]> {
    return adapt(async ({ signal }) => {
      const { buildings, unfinished } = await findLeftovers(await open(), grant, { signal, requireEnded });
      return [...buildings, ...(unfinished ? [`what ${unfinished.operation} did not finish`] : [])];
    });
  },

  async undoLeftovers({ grant }: RecoverStage): Promise<RecoverResult> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      const { operation, target, requestedBy } = grant;
      const undone = await undoUnfinished(services, grant, { signal, progress, requireEnded });
      await services.auditTrail.record({ operation, action: 'recover', target, requestedBy, outcome: 'completed' });
      return { operationId: operation, environment: target, ...undone };
    });
  },

  /** Alerts that an operation waits for a person, and keeps that, or how it was answered, in its events and the audit trail. */
  async recordIntervention({ operation, target, requestedBy, intervention, answer }: RecordInterventionInput) {
    return adapt(async () => {
      const { alert, auditTrail, monitor } = await open();
      const { step, code, next } = intervention;
      const message = answer ? `${step}: ${ANSWERED[answer]} (${code})` : waits(operation, intervention);
      const by = requestedBy ? { requestedBy } : {};
      if (!answer) {
        const known = code === 'UNKNOWN' ? {} : { code };
        await alert.send({ event: 'waiting', environment: target, operation, ...by, ...known, message });
      }
      monitor.logEvent(operation, {
        timestamp: new Date().toISOString(),
        level: answer ? 'info' : 'warning',
        component: 'resolve',
        message,
        metadata: { step, code, next },
      });
      const outcome = answer ? `${answer}: ${step}: ${code}` : `waits: ${step}: ${code}`;
      await auditTrail.record({ operation, action: 'resolve', target, ...by, outcome });
    });
  },
});

interface RecoverStage {
  grant: TargetGrant;
}

const ANSWERED: Record<NonNullable<RecordInterventionInput['answer']>, string> = {
  retry: 'is tried again, as asked',
  skip: 'is left out, as asked',
  rollback: 'is rolled back, as asked',
  none: 'nobody answered',
};

function waits(operation: string, { step, code, message, next, choices }: Intervention): string {
  return `${operation} waits for a person at ${step}: ${code}: ${message}. ${next} Then: envclone resolve ${operation} ${choices.join('|')}`;
}
