import { type ClonePlan, plannedTables } from '../contracts/plan.js';
import { type RelationName, relationLabel } from '../contracts/relations.js';
import type { BuildKeysInput, PlannedStage } from '../contracts/stages.js';
import { copySequences } from '../engine/copy/sequences.js';
import { markStage, markUnfinished, type Unfinished } from '../engine/copy/unfinished.js';
import { addForeignKeys } from '../engine/schema/add-foreign-keys.js';
import { analyzeTables } from '../engine/schema/analyze-tables.js';
import { applyStatements } from '../engine/schema/apply.js';
import { buildKeys } from '../engine/schema/build-keys.js';
import { createDatabase } from '../engine/schema/create-database.js';
import { createRoles, dropRoles } from '../engine/schema/create-roles.js';
import { dropEverything } from '../engine/schema/drop.js';
import { refreshMaterializedViews } from '../engine/schema/finish.js';
import { createBuildingDatabase } from '../engine/swap/create-building.js';
import { adapt } from './adapt.js';
import type { OpenServices } from './services.js';
import { isForeignKey, ofStage, readStage } from './stage-artifacts.js';
import { readUnit } from './unit-artifacts.js';

export const createMigrateActivities = (open: OpenServices) => ({
  /** Empties the target and rebuilds what rows need: roles, extensions, types, functions, tables. */
  async rebuildSchema(stage: PlannedStage): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      const { plan, schema, statements } = await readStage(services, stage);
      const target = await services.guard.admitTarget(stage.grant.target, { ...stage.grant, signal });
      if (target.beside) await createBuildingDatabase(target, { signal });
      else if (!target.exists) await createDatabase(target, { encoding: schema.encoding, signal });
      await createRoles(target, plan.createsRoles, { signal });
      const beforeDrop = async () => {
        if (!target.beside) await markUnfinished(target, { ...wayBack(plan), signal });
      };
      await dropEverything(target, { beforeDrop, signal });
      await applyStatements(target, ofStage(statements, 'pre-data'), { signal, onProgress: progress });
      await markStage(target, 'migrate', { signal });
    });
  },

  /** Keys, indexes and statistics of the tables of one unit. Those of an earlier attempt or epoch stay: validation compares them all in the end. */
  async buildKeys(stage: BuildKeysInput): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      const { tables, keys } = await readUnit(services, stage);
      const target = await services.guard.admitTarget(stage.grant.target, { ...stage.grant, signal });
      await buildKeys(target, keys, { signal, onProgress: progress });
      await analyzeTables(target, { signal, only: tables });
    });
  },

  /** Foreign keys, and before them the keys of what is in no unit, which they may reference: partitioned tables, tables left empty. */
  async addForeignKeys(stage: PlannedStage): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      const { plan, statements } = await readStage(services, stage);
      const copied = new Set(copiedTables(plan).map(relationLabel));
      const keys = ofStage(statements, 'keys').filter(
        ({ relation }) => !relation || !copied.has(relationLabel(relation)),
      );
      const target = await services.guard.admitTarget(stage.grant.target, { ...stage.grant, signal });
      await markStage(target, 'copy', { signal });
      await buildKeys(target, keys, { signal, onProgress: progress });
      await addForeignKeys(target, statements.filter(isForeignKey), { signal, onProgress: progress });
    });
  },

  /** What has to wait for all rows and keys: triggers, rules, policies, sequences, materialized views, the statistics of what is in no unit. */
  async finishSchema(stage: PlannedStage): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      const { plan, schema, statements } = await readStage(services, stage);
      const finish = ofStage(statements, 'finish').filter((statement) => !isForeignKey(statement));
      const target = await services.guard.admitTarget(stage.grant.target, { ...stage.grant, signal });
      const source = await services.guard.admitSource(stage.grant.source, { ...stage.grant, signal });
      await applyStatements(target, finish, { signal, onProgress: progress, tolerateExisting: true });
      await copySequences({ source, target, sequences: schema.sequences, signal });
      await refreshMaterializedViews(target, schema.views, { signal, except: plan.neutralized });
      await analyzeTables(target, { signal, except: copiedTables(plan) });
      await markStage(target, 'finish', { signal });
    });
  },

  /** Compensation: drops the roles that this clone created. */
  async dropCreatedRoles(stage: PlannedStage): Promise<void> {
    return adapt(async ({ signal }) => {
      const { artifacts, guard } = await open();
      const { createsRoles } = await artifacts.readJson<ClonePlan>(stage.plan);
      if (createsRoles.length === 0) return;
      const target = await guard.admitTarget(stage.grant.target, { ...stage.grant, signal });
      await dropRoles(target, createsRoles, { signal });
    });
  },
});

/** Without a restore point the target says all the same that it is in pieces. */
function wayBack({ operation, restorePoint }: ClonePlan): Unfinished {
  return restorePoint === 'none' ? { operation } : { operation, restorePoint: operation };
}

function copiedTables({ units }: ClonePlan): RelationName[] {
  return plannedTables({ units });
}
