import type { AnonymizationReport, OverridingRule } from '../contracts/anonymization.js';
import { type ClonePlan, plannedTables } from '../contracts/plan.js';
import { relationLabel } from '../contracts/relations.js';
import type { MaskingReport } from '../contracts/report.js';
import type { SchemaDefinition, TableDefinition } from '../contracts/schema.js';
import { DICTIONARY_HASH } from '../engine/anonymizer/dictionary-hash.js';
import { type DistinctValues, readDistinct } from '../engine/anonymizer/distinct-values.js';
import { declaredReferences, heldReferences } from '../engine/anonymizer/held-references.js';
import { createTableReport } from '../engine/anonymizer/table-report.js';
import type { ArtifactStore } from '../engine/artifacts/store.js';
import type { TableTotals } from '../engine/copy/copy-tables.js';
import { operationArtifact, readIfThere } from '../engine/monitoring/operation-artifacts.js';
import type { ConfirmedTarget } from '../engine/safety/proofs.js';

/** What is known of masking before anything is copied. */
export interface PlannedMasking {
  overriding: OverridingRule[];
  /** In the source. */
  distinct: DistinctValues;
}

interface MaskingReportInput {
  plan: ClonePlan;
  schema: SchemaDefinition;
  totals: readonly TableTotals[];
  target: ConfirmedTarget;
  signal: AbortSignal | undefined;
}

/** One report for each table with masked columns. Keys of an emptied table hold because there is nothing to hold. */
export async function reportMasking(
  artifacts: ArtifactStore,
  { plan, schema, totals, target, signal }: MaskingReportInput,
): Promise<MaskingReport | undefined> {
  const tables = plannedTables(plan).filter(({ columns }) => columns.some(({ rule }) => rule));
  if (tables.length === 0) return undefined;
  const planned = await readIfThere<PlannedMasking>(artifacts, operationArtifact(plan.operation, 'plannedMasking'));
  const before = planned?.distinct ?? {};
  const after = await readDistinct(target, tables, signal);
  const totalsOf = new Map(totals.map((total) => [total.table, total]));
  const held = await heldReferences(target, declaredReferences(tables), signal);
  const keys = [...schema.tables.flatMap(provenKeys), ...held.map(({ ends }) => ends)];
  const reports = tables.map((table): AnonymizationReport => {
    const label = relationLabel(table);
    return createTableReport({
      table,
      totals: totalsOf.get(label) ?? { rows: 0, keptRows: 0, maskedValues: {} },
      preservedRelationships: keys.filter((ends) => ends.includes(label)).length,
      distinct: { before: (column) => before[label]?.[column], after: (column) => after[label]?.[column] },
    });
  });
  return {
    dictionary: DICTIONARY_HASH,
    overriding: planned?.overriding ?? [],
    tables: reports.sort((a, b) => a.tableName.localeCompare(b.tableName)),
  };
}

/** The ends of keys that PostgreSQL proved when it built them in the target; of those NOT VALID it says nothing. */
function provenKeys(table: TableDefinition): [string, string][] {
  return table.foreignKeys
    .filter(({ isValidated }) => isValidated)
    .map(({ references }) => [relationLabel(table), relationLabel(references)]);
}
