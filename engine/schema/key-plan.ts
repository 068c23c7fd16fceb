import { relationLabel } from '../../contracts/relations.js';
import type { SchemaStatement } from '../../contracts/schema.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';
import type { KeyState } from './key-state.js';
import type { KeyStatement } from './key-statement.js';

/** Statements that one session runs in one go. */
export interface KeyBuild {
  statements: SchemaStatement[];
  /** Of the given statements, how many are done after it. */
  counted: number;
  /** All it builds are sorted into btrees. */
  isSort: boolean;
}

export interface KeyPlan {
  /** Statements that have nothing left to do. */
  existing: number;
  /** Removes what an attempt left that is of no use. */
  drops: string[];
  /** In any order, side by side. */
  builds: KeyBuild[];
  /** After all builds, in this order. */
  rest: SchemaStatement[];
}

interface PlanKeysInput {
  /** Of each statement, what it builds. */
  keys: readonly (KeyStatement | undefined)[];
  states: ReadonlyMap<string, KeyState>;
  smallTableBytes: number;
}

/** More would hold too many locks at once. */
const SMALL_BATCH = 100;

/** What is left to do, and in which way. */
export function planKeys(
  statements: readonly SchemaStatement[],
  { keys, states, smallTableBytes }: PlanKeysInput,
): KeyPlan {
  const plan: KeyPlan = { existing: 0, drops: [], builds: [], rest: [] };
  const small: SchemaStatement[] = [];
  for (const [at, statement] of statements.entries()) {
    const key = keys[at];
    const state = statement.relation && states.get(relationLabel(statement.relation));
    if (key && state) addKey(key, state);
    else plan.rest.push(statement);
  }
  for (let at = 0; at < small.length; at += SMALL_BATCH) {
    const batch = small.slice(at, at + SMALL_BATCH);
    plan.builds.push({ statements: batch, counted: batch.length, isSort: false });
  }
  return plan;

  function addKey(key: KeyStatement, state: KeyState): void {
    const { statement, steps } = key;
    const { hasIndex, hasConstraint } = standing(key, state);
    if (key.isConstraint ? hasConstraint : hasIndex) {
      plan.existing++;
    } else if (steps && hasIndex) {
      plan.rest.push(steps.constraint);
    } else if (state.sizeBytes < smallTableBytes) {
      small.push(statement);
    } else if (!key.isConstraint) {
      plan.builds.push({ statements: [statement], counted: 1, isSort: key.accessMethod === 'btree' });
    } else if (steps && isAttachable(key, state)) {
      plan.builds.push({ statements: [steps.index], counted: 0, isSort: true });
      plan.rest.push(steps.constraint);
    } else {
      plan.rest.push(statement);
    }
  }

  /** What is there and valid. What is invalid is dropped. */
  function standing({ index, isConstraint }: KeyStatement, state: KeyState) {
    const found = state.indexes.find(({ name }) => name === index);
    const hasConstraint = isConstraint && state.constraints.some(({ name }) => name === index);
    if (found?.isValid !== false) return { hasIndex: found !== undefined, hasConstraint };
    plan.drops.push(
      hasConstraint
        ? `alter table only ${quoteRelation(state)} drop constraint ${quoteIdentifier(index)}`
        : `drop index ${quoteRelation({ schema: state.schema, name: index })}`,
    );
    return { hasIndex: false, hasConstraint: false };
  }
}

/** A constraint over a finished index: not of a partitioned table, nor where the columns' NOT NULL would have to be proven first. */
function isAttachable({ needsNotNull }: KeyStatement, { isPartitioned, notNullColumns }: KeyState): boolean {
  return !isPartitioned && needsNotNull.every((column) => notNullColumns.includes(column));
}
