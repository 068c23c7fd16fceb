import type { Node } from 'libpg-query';
import type { SchemaStatement } from '../../contracts/schema.js';
import { quoteIdentifier, quoteLiteral } from '../postgres/quote.js';
import { assignStages } from './assign-stages.js';
import { describeStatement } from './describe-statement.js';
import { withGrantor } from './grantor.js';
import { type ParsedStatement, parseDump } from './parse-dump.js';

/**
 * The statements of `pg_dump --schema-only`, in its order. Session settings are left out; those that decide where or as whom an object is
 * made become part of the statement that they are for. @throws SchemaError `SCHEMA_UNREADABLE`
 */
export async function splitDump(sql: string): Promise<SchemaStatement[]> {
  const statements = foldSettings(await parseDump(sql)).map(({ sql, node }) => ({ ...describeStatement(node), sql }));
  return assignStages(statements).map(withOrdinal());
}

interface Settings {
  tablespace: string;
  accessMethod: string;
  grantor: string;
}

/** Makes every statement whole: its tablespace, access method and grantor stand in SET statements before it. */
function foldSettings(parsed: readonly ParsedStatement[]): ParsedStatement[] {
  const settings: Settings = { tablespace: '', accessMethod: 'heap', grantor: '' };
  return parsed.flatMap(({ sql, node }) => {
    if ('VariableSetStmt' in node) {
      const { name = '', kind, args = [] } = node.VariableSetStmt;
      const key = FOLDED_SETTINGS[name];
      if (key) settings[key] = kind === 'VAR_SET_VALUE' ? settingValue(args[0]) : '';
      return [];
    }
    return 'SelectStmt' in node ? [] : [{ node, sql: withSettings(sql, node, settings) }];
  });
}

const FOLDED_SETTINGS: Record<string, keyof Settings> = {
  default_tablespace: 'tablespace',
  default_table_access_method: 'accessMethod',
  session_authorization: 'grantor',
};

function withSettings(sql: string, node: Node, { tablespace, accessMethod, grantor }: Settings): string {
  if ('GrantStmt' in node || 'AlterDefaultPrivilegesStmt' in node) {
    return grantor ? withGrantor(grantor, sql) : sql;
  }
  const stores = 'CreateStmt' in node || 'CreateTableAsStmt' in node;
  const hasMethod = stores && accessMethod !== '' && accessMethod !== 'heap';
  const hasTablespace = tablespace !== '' && (stores || 'IndexStmt' in node || addsIndexedConstraint(node));
  const stored = hasMethod ? withAccessMethod(accessMethod, sql) : sql;
  return hasTablespace ? inTablespace(tablespace, stored) : stored;
}

function addsIndexedConstraint(node: Node): boolean {
  const [command] = 'AlterTableStmt' in node ? (node.AlterTableStmt.cmds ?? []) : [];
  const def = command && 'AlterTableCmd' in command ? command.AlterTableCmd.def : undefined;
  const type = def && 'Constraint' in def ? def.Constraint.contype : undefined;
  return type === 'CONSTR_PRIMARY' || type === 'CONSTR_UNIQUE' || type === 'CONSTR_EXCLUSION';
}

function withAccessMethod(method: string, sql: string): string {
  return `SET default_table_access_method = ${quoteIdentifier(method)};\n${sql};\nSET default_table_access_method = heap`;
}

/** A server without the tablespace keeps the object in its default one. */
function inTablespace(tablespace: string, sql: string): string {
  const known = `SELECT spcname FROM pg_catalog.pg_tablespace WHERE spcname = ${quoteLiteral(tablespace)}`;
  const set = `SELECT pg_catalog.set_config('default_tablespace', coalesce((${known}), ''), false)`;
  return `${set};\n${sql};\nSET default_tablespace = ''`;
}

function settingValue(node: Node | undefined): string {
  if (!node || !('A_Const' in node)) return '';
  return node.A_Const.sval?.sval ?? '';
}

/** Kind and name identify a statement: what has the same again gets a number. */
function withOrdinal(): (statement: SchemaStatement) => SchemaStatement {
  const seen = new Map<string, number>();
  return (statement) => {
    const key = `${statement.kind} ${statement.name}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count === 1 ? statement : { ...statement, name: `${statement.name} #${count}` };
  };
}
