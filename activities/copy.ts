import { hostname } from 'node:os';
import type { CopyHeartbeat } from '../contracts/clone.js';
import { SchemaError } from '../contracts/errors.js';
import type { ClonePlan } from '../contracts/plan.js';
import type { CopyUnitInput, HoldSnapshotInput, UnitTotals } from '../contracts/stages.js';
import { SNAPSHOT_HELD_SIGNAL } from '../contracts/workflows.js';
import { createDataAnonymizer } from '../engine/anonymizer/data-anonymizer.js';
import { schemaFingerprint } from '../engine/catalog/fingerprint.js';
import { copyTables } from '../engine/copy/copy-tables.js';
import { holdSnapshot } from '../engine/copy/hold-snapshot.js';
import { prepareLedger } from '../engine/copy/ledger.js';
import type { Session } from '../engine/postgres/session.js';
import { adapt } from './adapt.js';
import { signalWorkflow } from './guard.js';
import type { OpenServices } from './services.js';

export const createCopyActivities = (open: OpenServices) => ({
  /** Has one snapshot of the source until it is cancelled; tells the workflow its id once the target waits for this epoch. */
  async holdSnapshot({ grant, plan: ref, epoch }: HoldSnapshotInput): Promise<void> {
    return adapt(async ({ signal }) => {
      const { artifacts, guard } = await open();
      const plan = await artifacts.readJson<ClonePlan>(ref);
      const source = await guard.admitSource(grant.source, { ...grant, signal });
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
      const tables = plan.units.flatMap((unit) => unit.tables);
      await prepareLedger(target, { operation: grant.operation, epoch, tables, signal });
      await holdSnapshot(source, {
        signal,
        check: (session) => requireSameSchema(session, plan),
        onReady: (snapshot) => signalWorkflow(SNAPSHOT_HELD_SIGNAL, { epoch, snapshot }),
      });
    });
  },

  /** Copies the tables of one unit that the ledger does not have yet. */
  async copyUnit({ grant, plan: ref, unit, held }: CopyUnitInput): Promise<UnitTotals> {
    return adapt(async ({ signal, progress }) => {
      const { artifacts, configuration, guard } = await open();
      const plan = await artifacts.readJson<ClonePlan>(ref);
      const source = await guard.admitSource(grant.source, { ...grant, signal });
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
      const anonymizer = createDataAnonymizer({
        key: () => configuration.maskKey(grant.target),
        generators: configuration.generators,
      });
      const { tables, ranges } = plan.units[unit] ?? { tables: [] };
      const totals = await copyTables({
        source,
        target,
        tables,
        ranges,
        ...held,
        worker: WORKER,
        maskerOf: (table) => anonymizer.compile(table),
        signal,
        onProgress: (tally) => progress({ unit, ...tally } satisfies CopyHeartbeat),
      });
      return {
        tables: totals.length,
        rows: totals.reduce((sum, { rows }) => sum + rows, 0),
        bytes: totals.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    });
  },
});

/** Who copies, as the ledger names it: the process. */
const WORKER = `${hostname()}:${process.pid}`;

async function requireSameSchema(session: Session, { source, sourceFingerprint }: ClonePlan): Promise<void> {
  if ((await schemaFingerprint(session)) === sourceFingerprint) return;
  throw new SchemaError('SOURCE_SCHEMA_CHANGED', `the schema of ${source} changed while the clone was being prepared`);
}
