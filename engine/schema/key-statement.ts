import { type Constraint, type IndexStmt, loadModule, type Node, parseSync, type RangeVar } from 'libpg-query';
import type { SchemaStatement } from '../../contracts/schema.js';
import { quoteIdentifier, quoteLiteral } from '../postgres/quote.js';
import { constraintOf, texts } from './names.js';

/** A statement that builds an index, alone or under a constraint. */
export interface KeyStatement {
  statement: SchemaStatement;
  /** Unquoted; in the schema of its table. A constraint and its index have the same name. */
  index: string;
  isConstraint: boolean;
  accessMethod: string;
  /** The same in two steps: the long one, beside which others may be built, and a short one that locks the table. */
  steps?: { index: SchemaStatement; constraint: SchemaStatement };
  /** Columns that must be NOT NULL, or the short step would read the whole table. */
  needsNotNull: string[];
}

const KEY_KINDS = new Set(['index', 'primary key', 'unique', 'exclusion']);

/** Reads what statements build; `undefined` stands for each that builds no index. */
export async function readKeyStatements(statements: readonly SchemaStatement[]): Promise<(KeyStatement | undefined)[]> {
  await loadModule();
  return statements.map((statement) => (KEY_KINDS.has(statement.kind) ? readKeyStatement(statement) : undefined));
}

function readKeyStatement(statement: SchemaStatement): KeyStatement | undefined {
  const { node, wrap } = mainNode(statement.sql);
  if (node && 'IndexStmt' in node) return plainIndex(statement, node.IndexStmt);
  const added = node && addedConstraint(node);
  if (!added) return undefined;
  const { constraint, table } = added;
  const { contype, conname: index = '', access_method: accessMethod = 'btree', keys } = constraint;
  const isPrimary = contype === 'CONSTR_PRIMARY';
  const key = { statement, index, isConstraint: true, accessMethod, needsNotNull: isPrimary ? texts(keys) : [] };
  if ((!isPrimary && contype !== 'CONSTR_UNIQUE') || constraint.without_overlaps) return key;
  return {
    ...key,
    steps: {
      index: { ...statement, sql: wrap(uniqueIndex(constraint, table)) },
      constraint: { ...statement, sql: attachedConstraint(constraint, table) },
    },
  };
}

function plainIndex(statement: SchemaStatement, { idxname = '', accessMethod = 'btree' }: IndexStmt): KeyStatement {
  return { statement, index: idxname, isConstraint: false, accessMethod, needsNotNull: [] };
}

/** The statement itself, and how to put another one between what stands around it: its tablespace. */
function mainNode(sql: string): { node: Node | undefined; wrap(other: string): string } {
  const bytes = Buffer.from(sql);
  for (const { stmt, stmt_location: at = 0, stmt_len: length } of parseSync(sql).stmts ?? []) {
    if (!stmt || 'SelectStmt' in stmt || 'VariableSetStmt' in stmt) continue;
    const [before, after] = [bytes.toString('utf8', 0, at), length ? bytes.toString('utf8', at + length) : ''];
    return { node: stmt, wrap: (other) => `${before}${before && '\n'}${other}${after}` };
  }
  return { node: undefined, wrap: (other) => other };
}

/** The constraint that a statement adds to a table. */
export function addedConstraint(node: Node): { constraint: Constraint; table: RangeVar } | undefined {
  if (!('AlterTableStmt' in node)) return undefined;
  const { relation, cmds: [command] = [] } = node.AlterTableStmt;
  const constraint = command && 'AlterTableCmd' in command ? constraintOf(command.AlterTableCmd.def) : undefined;
  return relation && constraint ? { constraint, table: relation } : undefined;
}

function uniqueIndex({ conname, keys, including, nulls_not_distinct, options }: Constraint, table: RangeVar): string {
  const clauses = [
    `CREATE UNIQUE INDEX ${quoteIdentifier(conname ?? '')} ON ${tableOf(table)} USING btree (${columns(keys)})`,
    including && `INCLUDE (${columns(including)})`,
    nulls_not_distinct && 'NULLS NOT DISTINCT',
    options && `WITH (${options.map(storageParameter).join(', ')})`,
  ];
  return clauses.filter(Boolean).join(' ');
}

function attachedConstraint({ conname, contype, deferrable, initdeferred }: Constraint, table: RangeVar): string {
  const name = quoteIdentifier(conname ?? '');
  const clauses = [
    `ALTER TABLE ${tableOf(table)} ADD CONSTRAINT ${name}`,
    `${contype === 'CONSTR_PRIMARY' ? 'PRIMARY KEY' : 'UNIQUE'} USING INDEX ${name}`,
    deferrable && 'DEFERRABLE',
    initdeferred && 'INITIALLY DEFERRED',
  ];
  return clauses.filter(Boolean).join(' ');
}

function tableOf({ schemaname = '', relname = '' }: RangeVar): string {
  return `ONLY ${quoteIdentifier(schemaname)}.${quoteIdentifier(relname)}`;
}

function columns(nodes: readonly Node[] = []): string {
  return texts(nodes).map(quoteIdentifier).join(', ');
}

/** pg_dump quotes the values of storage parameters. */
function storageParameter(node: Node): string {
  if (!('DefElem' in node)) return '';
  const { defname = '', arg } = node.DefElem;
  const value = arg && 'String' in arg ? arg.String.sval : undefined;
  return value === undefined ? quoteIdentifier(defname) : `${quoteIdentifier(defname)} = ${quoteLiteral(value)}`;
}
