import type { ColumnRule } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import type { ColumnDefinition, TableDefinition, TypeShape } from '../../contracts/schema.js';
import { createPartitionTree } from './partition-tree.js';
import type { RulesByTable } from './tables.js';

/** `role`, `roles`, `user_role`, `former_roles`, `userRole`; not `controle`. */
const ROLE_NAME = /(?:^|_)(?:[Rr]oles?|ROLES?)$|[a-z]Roles?$/;
/** Supabase's own: which role of the database a session has, and not what somebody may do in the application. */
const PLATFORM_SCHEMA = 'auth';

export interface RoleDefaults {
  rules: RulesByTable;
  warnings: string[];
}

/** Who may do what is not kept: columns that say so get their default, or null. What can have neither is kept, with a warning. */
export function roleDefaults(tables: readonly TableDefinition[]): RoleDefaults {
  const tree = createPartitionTree(tables);
  const rules: RulesByTable = new Map();
  const warnings: string[] = [];
  for (const table of tables) {
    if (tree.rootOf(table) !== table || table.kind === 'foreign' || table.schema === PLATFORM_SCHEMA) continue;
    const ofTable = new Map<string, ColumnRule>();
    for (const column of table.columns.filter(isRole)) {
      const rule = defaultRule(table, column);
      if (typeof rule === 'string') warnings.push(`${relationLabel(table)}.${column.name} keeps its roles: ${rule}`);
      else ofTable.set(column.name, rule);
    }
    if (ofTable.size === 0) continue;
    for (const part of [table, ...tree.partitionsOf(table)]) rules.set(relationLabel(part), ofTable);
  }
  return { rules, warnings };
}

function isRole({ name, type, shape, generated }: ColumnDefinition): boolean {
  if (generated) return false;
  const leaf = leafOf(shape);
  return leaf.kind === 'enum'
    ? ROLE_NAME.test(name) || ROLE_NAME.test(typeName(type))
    : ROLE_NAME.test(name) && isText(leaf);
}

/** `public."userRole"[]` is `userRole`. */
function typeName(type: string): string {
  return (
    type
      .replace(/["[\]]/g, '')
      .split('.')
      .at(-1) ?? type
  );
}

function leafOf(shape: TypeShape): TypeShape {
  return shape.kind === 'array' ? leafOf(shape.element) : shape;
}

function isText(shape: TypeShape): boolean {
  return shape.kind === 'scalar' && ['text', 'varchar', 'bpchar', 'citext', 'name'].includes(shape.name);
}

/** The rule, or why there is none. */
function defaultRule(table: TableDefinition, { name, default: expression, isNotNull }: ColumnDefinition) {
  if (table.uniqueKeys.some(({ columns }) => columns.includes(name))) return 'it is part of a unique key';
  const literal = literalOf(expression);
  if (literal !== undefined) return constantRule(literal);
  return isNotNull ? 'it has no simple default and may not be null' : NULL_RULE;
}

/** `'member'::public.user_role`: a string constant with nothing but a cast around it. */
function literalOf(expression: string | undefined): string | undefined {
  const literal = /^'((?:[^']|'')*)'(?:::[\w\s.",[\]()]+)?$/u.exec(expression ?? '')?.[1];
  return literal?.replaceAll("''", "'");
}

export const NULL_RULE: ColumnRule = { type: 'null', domain: 'null', isUnique: false, preserveFormat: false };

function constantRule(value: string): ColumnRule {
  return { type: 'constant', value, domain: 'constant', isUnique: false, preserveFormat: false };
}
