import type { Constraint, Node, ObjectType, RangeVar, TypeName } from 'libpg-query';
import type { RelationName } from '../../contracts/relations.js';
import { showIdentifier, showRelation } from '../postgres/quote.js';

/** SQL without quotes that not every version of the server, and not every dump, sets. For comparing and searching, not for a server. */
export function withoutNeedlessQuotes(sql: string): string {
  return sql.replace(/"([a-z_][a-z0-9_$]*)"/g, '$1');
}

/** The relation that a parse node names. */
export function relationOf(range: RangeVar | undefined): RelationName | undefined {
  return range?.relname ? { schema: range.schemaname ?? '', name: range.relname } : undefined;
}

export function showRange(range: RangeVar | undefined): string {
  const relation = relationOf(range);
  return relation ? showRelation(relation) : '';
}

/** The texts of a list of String nodes. */
export function texts(nodes: readonly Node[] = []): string[] {
  return nodes.flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));
}

/** `a.b.c` of a list of String nodes. */
export function showPath(nodes: readonly Node[] = []): string {
  return texts(nodes).map(showIdentifier).join('.');
}

/** `integer`, `public.email[]` */
export function showType(type: TypeName | undefined): string {
  const names = texts(type?.names);
  const [schema, name = ''] = names;
  const shown = schema === 'pg_catalog' ? (SQL_TYPE_NAMES[name] ?? name) : names.map(showIdentifier).join('.');
  return shown + '[]'.repeat(type?.arrayBounds?.length ?? 0);
}

export function listItems(node: Node | undefined): Node[] {
  return node && 'List' in node ? (node.List.items ?? []) : [];
}

export function constraintOf(node: Node | undefined): Constraint | undefined {
  return node && 'Constraint' in node ? node.Constraint : undefined;
}

/** The object that a COMMENT, an owner or a GRANT is about. */
export function showObject(type: ObjectType | undefined, node: Node | undefined): string {
  if (!node) return '';
  if ('String' in node) return showIdentifier(node.String.sval ?? '');
  if ('RangeVar' in node) return showRange(node.RangeVar);
  if ('TypeName' in node) return showType(node.TypeName);
  if ('Integer' in node) return String(node.Integer.ival ?? 0);
  if ('ObjectWithArgs' in node) {
    const { objname, objargs = [] } = node.ObjectWithArgs;
    return `${showOperator(objname)}(${objargs.map((arg) => ('TypeName' in arg ? showType(arg.TypeName) : 'none')).join(', ')})`;
  }
  if ('List' in node) return showList(type, node.List.items ?? []);
  return '';
}

/** PostgreSQL's words for an object type: `OBJECT_MATVIEW` is `materialized view`. */
export function showObjectType(type: ObjectType | undefined): string {
  const name = String(type ?? '').replace(/^OBJECT_/, '');
  return OBJECT_WORDS[name] ?? name.toLowerCase().replaceAll('_', ' ');
}

/** Like a path, but an operator's symbol stays as it is. */
export function showOperator(nodes: readonly Node[] = []): string {
  return texts(nodes)
    .map((text) => (/^[^\w"]+$/.test(text) ? text : showIdentifier(text)))
    .join('.');
}

function showList(type: ObjectType | undefined, items: Node[]): string {
  const parts = items.map((item) => ('TypeName' in item ? showType(item.TypeName) : showPath([item])));
  if (type === 'OBJECT_CAST') return `(${parts.join(' AS ')})`;
  if (type === 'OBJECT_TRANSFORM') return `for ${parts.join(' language ')}`;
  if (type === 'OBJECT_OPCLASS' || type === 'OBJECT_OPFAMILY') return `${parts.slice(1).join('.')} using ${parts[0]}`;
  return parts.join('.');
}

const SQL_TYPE_NAMES: Record<string, string> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  varchar: 'character varying',
  bpchar: 'character',
  varbit: 'bit varying',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  time: 'time without time zone',
  timetz: 'time with time zone',
};

const OBJECT_WORDS: Record<string, string> = {
  MATVIEW: 'materialized view',
  TABCONSTRAINT: 'constraint',
  DOMCONSTRAINT: 'domain constraint',
  OPCLASS: 'operator class',
  OPFAMILY: 'operator family',
  FDW: 'foreign data wrapper',
  FOREIGN_SERVER: 'server',
  STATISTIC_EXT: 'statistics',
  TSCONFIGURATION: 'text search configuration',
  TSDICTIONARY: 'text search dictionary',
  TSPARSER: 'text search parser',
  TSTEMPLATE: 'text search template',
};
