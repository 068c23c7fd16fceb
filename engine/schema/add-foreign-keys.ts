import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { SchemaStatement } from '../../contracts/schema.js';
import { inLanes } from '../postgres/lanes.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { batchesOf } from './apply.js';
import { defaultConnections } from './build-keys.js';
import { endEarlierAttempt } from './earlier-attempt.js';
import { canWaitForProof, type ForeignKeyStatement, readForeignKeys } from './foreign-key.js';
import { type KeyState, readKeyStates } from './key-state.js';
import { applyBatch, openSchemaSession, schemaFailure } from './schema-session.js';

export interface AddForeignKeysOptions {
  signal?: AbortSignal;
  /** Called with the number of foreign keys added and, where rows are read afterwards, of those that rows obey. */
  onProgress?(done: number): void;
  /** Sessions that read rows at the same time. Default: one a core, 4 at most. */
  connections?: number;
}

/**
 * Adds foreign keys without a look at the rows, one after the other because each locks two tables; then has the rows read, several tables at
 * once. One that is not valid in the source stays so. What an earlier attempt made stays.
 * @throws DataError `CONSTRAINT_VIOLATED` naming table and constraint; SchemaError `SCHEMA_STATEMENT_FAILED`
 */
export async function addForeignKeys(
  target: ConfirmedTarget,
  statements: readonly SchemaStatement[],
  { signal, onProgress, connections = defaultConnections() }: AddForeignKeysOptions = {},
): Promise<void> {
  if (statements.length === 0) return;
  const purpose = { purpose: 'foreign-keys', ...(signal && { signal }) };
  await using session = await openSchemaSession(target, purpose);
  const foreignKeys = await readForeignKeys(statements);
  const tables = tablesOf(foreignKeys);
  await endEarlierAttempt(session, tables);
  const states = await readKeyStates(session, tables);
  const { additions, proofs, existing } = planForeignKeys(foreignKeys, { serverMajor: session.serverMajor, states });

  let done = existing;
  const count = (statements: number) => {
    done += statements;
    onProgress?.(done);
  };
  for (const batch of batchesOf(additions)) {
    await applyBatch(session, batch);
    signal?.throwIfAborted();
    count(batch.length);
  }
  await inLanes({
    tasks: proofs,
    session,
    lanes: connections,
    connect: () => openSchemaSession(target, purpose),
    async work(own, ofOneTable) {
      for (const foreignKey of ofOneTable) {
        await validate(own, foreignKey);
        count(1);
      }
    },
  });
  signal?.throwIfAborted();
}

interface ForeignKeyPlan {
  existing: number;
  additions: SchemaStatement[];
  /** Together those of one table, partitions included: PostgreSQL validates one constraint of a table at a time. */
  proofs: ForeignKeyStatement[][];
}

function planForeignKeys(
  foreignKeys: readonly ForeignKeyStatement[],
  { serverMajor, states }: { serverMajor: number; states: ReadonlyMap<string, KeyState> },
): ForeignKeyPlan {
  const additions: SchemaStatement[] = [];
  const proofs = new Map<string, ForeignKeyStatement[]>();
  let existing = 0;
  for (const foreignKey of foreignKeys) {
    const { statement, constraint, table, isValid } = foreignKey;
    const state = states.get(relationLabel(table));
    const found = state?.constraints.find(({ name }) => name === constraint);
    const isLater = canWaitForProof(foreignKey, { serverMajor, states });
    if (!found) additions.push(isLater ? { ...statement, sql: `${statement.sql} NOT VALID` } : statement);
    else existing++;
    const isUnproven = found ? isValid && !found.isValidated : isLater;
    if (!isUnproven) continue;
    const root = state?.root ?? relationLabel(table);
    proofs.set(root, [...(proofs.get(root) ?? []), foreignKey]);
  }
  return { existing, additions, proofs: [...proofs.values()] };
}

async function validate(session: Session, { statement, table, constraint }: ForeignKeyStatement): Promise<void> {
  try {
    await session.query(`alter table ${quoteRelation(table)} validate constraint ${quoteIdentifier(constraint)}`);
  } catch (error) {
    throw schemaFailure(error, session, `validating ${statement.kind} ${statement.name}`);
  }
}

function tablesOf(foreignKeys: readonly ForeignKeyStatement[]): RelationName[] {
  const tables = foreignKeys.flatMap(({ table, references }) => [table, references]);
  return [...new Map(tables.map((table) => [relationLabel(table), table])).values()];
}
