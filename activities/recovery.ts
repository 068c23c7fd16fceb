import type { Intervention } from '../contracts/recovery.js';
import type { RecordInterventionInput } from '../contracts/stages.js';
import { adapt } from './adapt.js';
import type { OpenServices } from './services.js';

export const createRecoveryActivities = (open: OpenServices) => ({
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

const ANSWERED: Record<NonNullable<RecordInterventionInput['answer']>, string> = {
  retry: 'is tried again, as asked',
  skip: 'is left out, as asked',
  rollback: 'is rolled back, as asked',
  none: 'nobody answered',
};

function waits(operation: string, { step, code, message, next, choices }: Intervention): string {
  return `${operation} waits for a person at ${step}: ${code}: ${message}. ${next} Then: envclone resolve ${operation} ${choices.join('|')}`;
}
