import type { ArtifactRef } from '../contracts/artifacts.js';
import type { ClonePlan, CopyUnit } from '../contracts/plan.js';
import { relationLabel } from '../contracts/relations.js';
import type { SchemaStatement } from '../contracts/schema.js';
import type { BuildKeysInput } from '../contracts/stages.js';
import { groupBy } from '../engine/catalog/group-by.js';
import type { Services } from './services.js';
import { ofStage } from './stage-artifacts.js';

/** What the activities of one unit need of plan and schema, which may be of thousands of tables. */
export interface UnitArtifact extends CopyUnit {
  /** Units copied at the same time. */
  lanes: number;
  /** Statements of stage `keys` about its tables. */
  keys: SchemaStatement[];
}

interface WriteUnitsInput {
  plan: ClonePlan;
  /** Of the source's dump, what the target gets. */
  statements: readonly SchemaStatement[];
}

/** Every unit as an artifact of its own. */
export async function writeUnits({ artifacts }: Services, { plan, statements }: WriteUnitsInput): Promise<void> {
  const { operation, lanes } = plan;
  const units: UnitArtifact[] = plan.units.map((unit) => ({ ...unit, lanes, keys: [] }));
  const places = units.flatMap((unit) => unit.tables.map((table) => ({ label: relationLabel(table), unit })));
  const placesOf = groupBy(places, ({ label }) => label);
  for (const statement of ofStage(statements, 'keys')) {
    const label = statement.relation && relationLabel(statement.relation);
    for (const { unit } of (label && placesOf.get(label)) || []) unit.keys.push(statement);
  }
  await Promise.all(units.map((unit, index) => artifacts.writeJson(unitRef(operation, index), unit)));
}

export async function readUnit(
  { artifacts }: Services,
  { plan: { operation }, unit }: BuildKeysInput,
): Promise<UnitArtifact> {
  return artifacts.readJson<UnitArtifact>(unitRef(operation, unit));
}

/** Whether an artifact holds definitions of the source, which may hold secrets. */
export function isSourceSchema({ name }: ArtifactRef): boolean {
  return name === SCHEMA || name.startsWith(UNITS);
}

export function schemaRef(operation: string): ArtifactRef {
  return { operation, name: SCHEMA };
}

function unitRef(operation: string, unit: number): ArtifactRef {
  return { operation, name: `${UNITS}${unit}.json` };
}

const SCHEMA = 'schema.json';
const UNITS = 'units/';
