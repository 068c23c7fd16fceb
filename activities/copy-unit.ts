import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';
import type { CopyHeartbeat } from '../contracts/clone.js';
import type { CopyUnitInput, UnitTotals } from '../contracts/stages.js';
import { createDataAnonymizer } from '../engine/anonymizer/data-anonymizer.js';
import { copyTables } from '../engine/copy/copy-tables.js';
import { openSourceGate } from '../engine/courtesy/source-gate.js';
import type { Services } from './services.js';
import { readUnit } from './unit-artifacts.js';

export interface CopyScope {
  signal: AbortSignal;
  progress(heartbeat: CopyHeartbeat): void;
}

/** Copies what the ledger does not have yet of one unit. Knows nothing of Temporal: it runs in a thread of its own. */
export async function copyUnit(
  services: Services,
  input: CopyUnitInput,
  { signal, progress }: CopyScope,
): Promise<UnitTotals> {
  const { configuration, guard } = services;
  const { grant, unit, held } = input;
  const { tables, ranges, lanes } = await readUnit(services, input);
  const source = await guard.admitSource(grant.source, { ...grant, signal });
  const target = await guard.admitTarget(grant.target, { ...grant, signal });
  const anonymizer = createDataAnonymizer({
    key: () => configuration.maskKey(grant.target),
    generators: configuration.generators,
  });
  let last: CopyHeartbeat = { unit, table: '', rows: 0, bytes: 0 };
  const { limits } = configuration.environment(grant.source);
  await using gate = openSourceGate(source, limits, {
    lanes,
    signal,
    onWait: (waitsFor) => progress({ ...last, waitsFor }),
    onResume: () => progress(last),
  });
  const totals = await copyTables({
    source,
    target,
    tables,
    ranges,
    ...held,
    worker: `${hostname()}:${process.pid}:${threadId}`,
    gate,
    maskerOf: (table) => anonymizer.compile(table),
    signal,
    onProgress: (tally) => {
      last = { unit, ...tally };
      progress(last);
    },
  });
  return {
    tables: totals.length,
    rows: totals.reduce((sum, { rows }) => sum + rows, 0),
    bytes: totals.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
