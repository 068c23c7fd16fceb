import { type PlanSummary, plannedTables } from '../contracts/plan.js';
import type { CloneGrant } from '../contracts/stages.js';
import { readDistinct } from '../engine/anonymizer/distinct-values.js';
import { operationArtifact } from '../engine/monitoring/operation-artifacts.js';
import { requireRunnable } from '../engine/plan/require-runnable.js';
import { summarizePlan } from '../engine/plan/summarize-plan.js';
import { adapt } from './adapt.js';
import { makePlan } from './make-plan.js';
import type { PlannedMasking } from './masking-report.js';
import type { OpenServices } from './services.js';
import { statementsOf } from './stage-artifacts.js';
import { schemaRef, writeUnits } from './unit-artifacts.js';

export const createPlanActivities = (open: OpenServices) => ({
  /** Decides everything and keeps it as an artifact. @throws what refuses the clone, with every reason */
  async planClone(grant: CloneGrant): Promise<PlanSummary> {
    return adapt(async ({ signal }) => {
      const services = await open();
      const { plan, schema, source, overriding } = await makePlan(services, grant, signal);
      requireRunnable(plan);
      const ref = { operation: grant.operation, name: 'plan.json' };
      await services.artifacts.writeJson(schemaRef(grant.operation), schema);
      await services.artifacts.writeJson(ref, plan);
      const planned: PlannedMasking = { overriding, distinct: await readDistinct(source, plannedTables(plan), signal) };
      await services.artifacts.writeJson(operationArtifact(grant.operation, 'plannedMasking'), planned);
      await writeUnits(services, { plan, statements: statementsOf(services, plan, schema) });
      return summarizePlan(plan, ref);
    });
  },
});
