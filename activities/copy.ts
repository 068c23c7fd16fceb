import { SchemaError } from '../contracts/errors.js';
import { type ClonePlan, plannedTables } from '../contracts/plan.js';
import type { CopyUnitInput, HoldSnapshotInput, UnitTotals } from '../contracts/stages.js';
import { SNAPSHOT_HELD_SIGNAL } from '../contracts/workflows.js';
import { schemaFingerprint } from '../engine/catalog/fingerprint.js';
import { holdSnapshot } from '../engine/copy/hold-snapshot.js';
import { prepareLedger } from '../engine/copy/ledger.js';
import { snapshotBudget } from '../engine/courtesy/snapshot-budget.js';
import type { Session } from '../engine/postgres/session.js';
import { adapt } from './adapt.js';
import type { CopyScope } from './copy-unit.js';
import { signalWorkflow } from './guard.js';
import type { OpenServices } from './services.js';

/** Runs `copyUnit` where it does not hold up heartbeats. */
export type RunUnit = (input: CopyUnitInput, scope: CopyScope) => Promise<UnitTotals>;

export const createCopyActivities = (open: OpenServices, runUnit: RunUnit) => ({
  /** Has one snapshot of the source until it is cancelled; tells the workflow its id once the target waits for this epoch. */
  async holdSnapshot({ grant, plan: ref, epoch }: HoldSnapshotInput): Promise<void> {
    return adapt(async ({ signal }) => {
      const { artifacts, configuration, guard } = await open();
      const plan = await artifacts.readJson<ClonePlan>(ref);
      const { limits } = configuration.environment(grant.source);
      const source = await guard.admitSource(grant.source, { ...grant, signal });
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
      const tables = plannedTables(plan);
      await prepareLedger(target, { operation: grant.operation, epoch, tables, signal });
      await holdSnapshot(source, {
        signal,
        check: (session) => requireSameSchema(session, plan),
        onBeat: snapshotBudget({ environment: grant.source, limits }),
        onReady: (snapshot) => signalWorkflow(SNAPSHOT_HELD_SIGNAL, { epoch, snapshot }),
      });
    });
  },

  /** Copies the tables of one unit that the ledger does not have yet. */
  async copyUnit(input: CopyUnitInput): Promise<UnitTotals> {
    return adapt((scope) => runUnit(input, scope));
  },
});

async function requireSameSchema(session: Session, { source, sourceFingerprint }: ClonePlan): Promise<void> {
  if ((await schemaFingerprint(session)) === sourceFingerprint) return;
  throw new SchemaError('SOURCE_SCHEMA_CHANGED', `the schema of ${source} changed while the clone was being prepared`);
}
