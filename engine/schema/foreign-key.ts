import { loadModule, parseSync } from 'libpg-query';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { SchemaStatement } from '../../contracts/schema.js';
import type { KeyState } from './key-state.js';
import { addedConstraint } from './key-statement.js';
import { relationOf } from './names.js';

/** A statement that adds a foreign key. */
export interface ForeignKeyStatement {
  statement: SchemaStatement;
  /** Unquoted. */
  constraint: string;
  table: RelationName;
  references: RelationName;
  /** The source holds it to be true of every row. */
  isValid: boolean;
}

/** Reads what the statements add. @throws Error for a statement of another kind */
export async function readForeignKeys(statements: readonly SchemaStatement[]): Promise<ForeignKeyStatement[]> {
  await loadModule();
  return statements.map((statement) => {
    const added = (parseSync(statement.sql).stmts ?? []).flatMap(
      ({ stmt }) => (stmt && addedConstraint(stmt)) || [],
    )[0];
    const [table, references] = [relationOf(added?.table), relationOf(added?.constraint.pktable)];
    if (!added || !table || !references) throw new Error(`${statement.kind} ${statement.name} is no foreign key`);
    const { conname: constraint = '', skip_validation: isUnproven = false } = added.constraint;
    return { statement, constraint, table, references, isValid: !isUnproven };
  });
}

/** Whether PostgreSQL can add it now and read the rows later: partitioned tables learnt it in version 18. */
export function canWaitForProof(
  { isValid, table, references }: ForeignKeyStatement,
  { serverMajor, states }: { serverMajor: number; states: ReadonlyMap<string, KeyState> },
): boolean {
  if (!isValid) return false;
  const isPartitioned = [table, references].some((relation) => states.get(relationLabel(relation))?.isPartitioned);
  return serverMajor >= 18 || !isPartitioned;
}
