import type { OverridingRule } from '../contracts/anonymization.js';
import type { ClonePlan } from '../contracts/plan.js';
import type { SchemaDefinition } from '../contracts/schema.js';
import type { CloneGrant } from '../contracts/stages.js';
import { absentKeptRows } from '../engine/anonymizer/absent-kept-rows.js';
import { decideColumns } from '../engine/anonymizer/decide-columns.js';
import { resolveEmptyTables } from '../engine/anonymizer/empty-tables.js';
import { resolveKeptRows } from '../engine/anonymizer/kept-rows.js';
import { narrowColumns } from '../engine/anonymizer/narrow-columns.js';
import { overridingRules } from '../engine/anonymizer/overriding-rules.js';
import { readRulesFile } from '../engine/anonymizer/rules-file.js';
import { lanesWithin } from '../engine/courtesy/lanes.js';
import { unseenLoadWarnings } from '../engine/courtesy/unseen-load.js';
import { createPlan, LANES } from '../engine/plan/create-plan.js';
import { chooseRestorePoint } from '../engine/plan/restore-strategy.js';
import { readSplitKeys } from '../engine/plan/split-keys.js';
import { readTargetCatalog } from '../engine/plan/target-catalog.js';
import type { ReadOnlySource } from '../engine/safety/proofs.js';
import { findUndroppable } from '../engine/schema/drop.js';
import { neutralize } from '../engine/schema/neutralize.js';
import { findSwapObstacles } from '../engine/swap/obstacles.js';
import { readSchema } from './read-schema.js';
import type { Services } from './services.js';

export interface PlannedClone {
  plan: ClonePlan;
  schema: SchemaDefinition;
  source: ReadOnlySource;
  /** Of this run, instead of the file's. */
  overriding: OverridingRule[];
}

/** Everything a clone would do, from one consistent read of the source; nothing is touched. Refusals are in the plan. */
export async function makePlan(
  { configuration, guard }: Services,
  grant: CloneGrant,
  signal?: AbortSignal,
): Promise<PlannedClone> {
  const { operation, source: sourceName, target: targetName, confirm, options } = grant;
  const target = await guard.admitTarget(targetName, { confirm, operation, signal, source: sourceName });
  const source = await guard.admitSource(sourceName, { signal, operation });
  const schema = await readSchema(source, signal);
  const { extensions } = schema;
  const targetCatalog = await readTargetCatalog(target, { extensions, ...(signal && { signal }) });
  const { neutralized } = neutralize({ ...schema, keep: configuration.neutralize });
  const { limits } = configuration.environment(sourceName);
  const unseen = await unseenLoadWarnings(source, limits, signal ? { signal } : {});
  const file = await readRulesFile(configuration.rulesFile);
  const emptied = resolveEmptyTables(file.emptyTables, schema);
  const decided = decideColumns({
    schema,
    rules: file.rules,
    overlay: options.customAnonymizationRules ?? [],
    generators: Object.keys(configuration.generators),
  });
  const kept = resolveKeptRows(file.keepRows, schema, decided.rules);
  const absent = options.anonymizeData ? await absentKeptRows(source, kept, signal) : [];
  const narrow = options.anonymizeData ? narrowColumns(schema, decided.rules) : [];
  const restorePoint = await chooseRestorePoint({
    target: targetName,
    exists: target.exists,
    asked: options.restorePoint,
    obstacles: () => findSwapObstacles(target, signal ? { signal } : {}),
  });
  const isSwapped = restorePoint.restorePoint === 'swap'; // built beside the target, in which nothing is dropped
  const plan = createPlan({
    operation,
    source: schema,
    sourceType: source.type,
    warnings: [...(source.warnings ?? []), ...unseen, ...absent, ...narrow],
    lanes: lanesWithin(limits, LANES),
    target: targetCatalog,
    allowsRawData: configuration.environment(targetName).allowRawData,
    options,
    systems: configuration.systems,
    decided: { ...decided, problems: [...decided.problems, ...emptied.problems, ...kept.problems] },
    emptyTables: emptied.tables,
    keptRows: kept.rows,
    accepted: file.accept,
    undroppable: isSwapped ? [] : await findUndroppable(target, signal ? { signal } : {}),
    neutralized,
    restorePoint,
    splitKeys: await readSplitKeys(source, { tables: schema.tables, rules: decided.rules, signal }),
  });
  const overriding = options.anonymizeData ? overridingRules(options.customAnonymizationRules, file.rules) : [];
  return { plan, schema, source, overriding };
}
