import type { ClonePlan } from '../contracts/plan.js';
import { relationLabel } from '../contracts/relations.js';
import type { SchemaStatement } from '../contracts/schema.js';
import type { BuildKeysInput, PlannedStage } from '../contracts/stages.js';
import { copySequences } from '../engine/copy/sequences.js';
import { applyStatements } from '../engine/schema/apply.js';
import { createDatabase } from '../engine/schema/create-database.js';
import { createRoles, dropRoles } from '../engine/schema/create-roles.js';
import { dropEverything } from '../engine/schema/drop.js';
import { analyzeTables, refreshMaterializedViews } from '../engine/schema/finish.js';
import { adapt } from './adapt.js';
import type { OpenServices } from './services.js';
import { ofStage, readStage } from './stage-artifacts.js';

export const createMigrateActivities = (open: OpenServices) => ({
  /** Empties the target and rebuilds what rows need: roles, extensions, types, functions, tables. */
  async rebuildSchema(stage: PlannedStage): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      const { plan, schema, statements } = await readStage(services, stage);
      const target = await services.guard.admitTarget(stage.grant.target, { ...stage.grant, signal });
      if (!target.exists) await createDatabase(target, { encoding: schema.encoding, signal });
      await createRoles(target, plan.createsRoles, { signal });
      await dropEverything(target, { signal });
      await applyStatements(target, ofStage(statements, 'pre-data'), { signal, onProgress: progress });
    });
  },

  /** Builds the keys and indexes of the tables of one unit. Those of an earlier attempt or epoch stay: validation compares them all in the end. */
  async buildKeys(stage: BuildKeysInput): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      const { plan, statements } = await readStage(services, stage);
      const tables = new Set(plan.units[stage.unit]?.tables.map(relationLabel));
      const keys = ofStage(statements, 'keys').filter((statement) => isOf(statement, tables));
      const target = await services.guard.admitTarget(stage.grant.target, { ...stage.grant, signal });
      await applyStatements(target, keys, { signal, onProgress: progress, tolerateExisting: true });
    });
  },

  /** What has to wait for all rows: the other keys, foreign keys, triggers, rules, policies, sequences, materialized views, statistics. */
  async finishSchema(stage: PlannedStage): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      const { plan, schema, statements } = await readStage(services, stage);
      const copied = new Set(plan.units.flatMap(({ tables }) => tables.map(relationLabel)));
      const keys = ofStage(statements, 'keys').filter((statement) => !isOf(statement, copied));
      const target = await services.guard.admitTarget(stage.grant.target, { ...stage.grant, signal });
      const source = await services.guard.admitSource(stage.grant.source, { ...stage.grant, signal });
      await applyStatements(target, [...keys, ...ofStage(statements, 'finish')], {
        signal,
        onProgress: progress,
        tolerateExisting: true,
      });
      await copySequences({ source, target, sequences: schema.sequences, signal });
      await refreshMaterializedViews(target, schema.views, { signal, except: plan.neutralized });
      await analyzeTables(target, { signal });
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

function isOf({ relation }: SchemaStatement, tables: ReadonlySet<string>): boolean {
  return relation !== undefined && tables.has(relationLabel(relation));
}
