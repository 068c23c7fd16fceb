import type { ClonePlan } from '../contracts/plan.js';
import type { SchemaDefinition, SchemaStatement, StatementStage } from '../contracts/schema.js';
import type { PlannedStage } from '../contracts/stages.js';
import { showIdentifier } from '../engine/postgres/quote.js';
import { withoutObjects, withoutOwners, withoutPrivilegesOn } from '../engine/schema/apply.js';
import { neutralize } from '../engine/schema/neutralize.js';
import type { Services } from './services.js';

export interface StageArtifacts {
  plan: ClonePlan;
  schema: SchemaDefinition;
  /** Of the source's dump, what the target gets. */
  statements: SchemaStatement[];
}

/** A stage's plan, and the schema it was made from. */
export async function readStage(services: Services, { plan: ref }: PlannedStage): Promise<StageArtifacts> {
  const plan = await services.artifacts.readJson<ClonePlan>(ref);
  return { plan, ...(await plannedStatements(services, plan)) };
}

export async function plannedStatements(services: Services, plan: ClonePlan): Promise<Omit<StageArtifacts, 'plan'>> {
  const schema = await services.artifacts.readJson<SchemaDefinition>(plan.schema);
  return { schema, statements: statementsOf(services, plan, schema) };
}

/** Of a dump's statements, what the target gets. */
export function statementsOf(
  { configuration }: Services,
  plan: ClonePlan,
  schema: SchemaDefinition,
): SchemaStatement[] {
  const { statements } = neutralize({ ...schema, keep: configuration.neutralize });
  const made = withoutPrivileges(withoutObjects(statements, plan.leftOut), plan, schema);
  return withoutOwners(made, plan.skippedOwners);
}

/** Without privileges on what a clone does not make: what belongs to extensions that are left out, or that stay. */
export function withoutPrivileges(
  statements: readonly SchemaStatement[],
  { leftOut, keptExtensions = [] }: ClonePlan,
  { extensions }: SchemaDefinition,
): SchemaStatement[] {
  const shown = new Set(leftOut.filter(({ kind }) => kind === 'extension').map(({ name }) => name));
  const left = extensions.map(({ name }) => name).filter((name) => shown.has(showIdentifier(name)));
  return withoutPrivilegesOn(statements, extensions, [...left, ...keptExtensions]);
}

export function ofStage(statements: readonly SchemaStatement[], stage: StatementStage): SchemaStatement[] {
  return statements.filter((statement) => statement.stage === stage);
}

/** Foreign keys have a step of their own between `keys` and `finish`. */
export function isForeignKey({ kind }: SchemaStatement): boolean {
  return kind === 'foreign key';
}
