import { loadModule, type Node, type ObjectType, parseSync, type RangeVar } from 'libpg-query';
import { type SchemaStatement, unnumbered } from '../../contracts/schema.js';
import { showIdentifier, showRelation } from '../postgres/quote.js';
import {
  constraintOf,
  relationOf,
  showObject,
  showObjectType,
  showPath,
  showRange,
  showType,
  texts,
} from '../schema/names.js';
import { addressOf, type ObjectAddress } from './object-address.js';

/** A statement of a dump with what it is about. */
export interface StatementObject {
  statement: SchemaStatement;
  /** `relation public.lofts`, `trigger public.lofts.touch`, `routine public.touch(integer)`: the same for all statements about one object. */
  object: string;
  /** `public.lofts`: the relation it belongs to; of a sequence that a column owns, the column's table. */
  relation?: string;
  /** Absent: it changes what another statement made. */
  makes?: ObjectAddress;
  node: Node;
}

/** Reads what the statements of one dump are about. */
export async function readStatementObjects(statements: readonly SchemaStatement[]): Promise<StatementObject[]> {
  await loadModule();
  const objects = statements.flatMap((statement) => {
    const node = mainNode(statement.sql);
    if (!node) return [];
    const makes = addressOf(node);
    return [{ statement, node, ...subjectOf(node, statement), ...(makes && { makes }) }];
  });
  return withParents(objects);
}

interface Subject {
  object: string;
  relation?: string;
}

/** Settings of the session stand around some statements. */
function mainNode(sql: string): Node | undefined {
  return (parseSync(sql).stmts ?? []).flatMap(({ stmt }) =>
    stmt && !('SelectStmt' in stmt) && !('VariableSetStmt' in stmt) ? [stmt] : [],
  )[0];
}

function subjectOf(node: Node, { kind, name }: SchemaStatement): Subject {
  if ('CommentStmt' in node) return named(node.CommentStmt.objtype, node.CommentStmt.object);
  if ('SecLabelStmt' in node) return named(node.SecLabelStmt.objtype, node.SecLabelStmt.object);
  if ('AlterOwnerStmt' in node) return named(node.AlterOwnerStmt.objectType, node.AlterOwnerStmt.object);
  if ('GrantStmt' in node) return named(node.GrantStmt.objtype, node.GrantStmt.objects?.[0]);
  if ('AlterObjectDependsStmt' in node) {
    const { objectType, relation, object } = node.AlterObjectDependsStmt;
    return relation
      ? part(showObjectType(objectType), relation, showObject(objectType, object))
      : named(objectType, object);
  }
  if ('AlterTableStmt' in node) return subjectOfAlter(node.AlterTableStmt);
  if ('CreateFunctionStmt' in node || kind === 'aggregate') return { object: `routine ${name}` };
  if ('IndexStmt' in node) {
    const { relation, idxname = '' } = node.IndexStmt;
    const index = showRelation({ schema: relation?.schemaname ?? '', name: idxname });
    return { object: `relation ${index}`, relation: showRange(relation) };
  }
  if ('CreateTrigStmt' in node)
    return part('trigger', node.CreateTrigStmt.relation, identifierOf(node.CreateTrigStmt.trigname));
  if ('CreatePolicyStmt' in node)
    return part('policy', node.CreatePolicyStmt.table, identifierOf(node.CreatePolicyStmt.policy_name));
  if ('RuleStmt' in node) return part('rule', node.RuleStmt.relation, identifierOf(node.RuleStmt.rulename));
  if ('CreateStatsStmt' in node) {
    const [first] = node.CreateStatsStmt.relations ?? [];
    return {
      object: `statistics ${showPath(node.CreateStatsStmt.defnames)}`,
      relation: first && 'RangeVar' in first ? showRange(first.RangeVar) : '',
    };
  }
  if ('AlterPublicationStmt' in node) return { object: `publication content ${addressKey(addressOf(node)) || name}` };
  const range = madeRelation(node);
  if (range) return ofRelation(range);
  const plain = unnumbered(name);
  if (TYPE_KINDS.has(kind)) return { object: `type ${plain}` };
  return { object: `${kind.replace(STATE, '')} ${plain}` };
}

function addressKey(address: ObjectAddress | undefined): string {
  return address ? [...address.args, ...address.names].map(showIdentifier).join('.') : '';
}

const TYPE_KINDS = new Set(['type', 'domain']);
const STATE = / (?:state|target|members)$/;

function madeRelation(node: Node): RangeVar | undefined {
  if ('CreateStmt' in node) return node.CreateStmt.relation;
  if ('CreateForeignTableStmt' in node) return node.CreateForeignTableStmt.base?.relation;
  if ('ViewStmt' in node) return node.ViewStmt.view;
  if ('CreateTableAsStmt' in node) return node.CreateTableAsStmt.into?.rel;
  if ('CreateSeqStmt' in node) return node.CreateSeqStmt.sequence;
  if ('AlterSeqStmt' in node) return node.AlterSeqStmt.sequence;
  return undefined;
}

function subjectOfAlter({
  relation,
  cmds: [first] = [],
}: Extract<Node, { AlterTableStmt: unknown }>['AlterTableStmt']): Subject {
  const { subtype = '', name, def } = first && 'AlterTableCmd' in first ? first.AlterTableCmd : {};
  if (subtype === 'AT_AddConstraint') return part('constraint', relation, identifierOf(constraintOf(def)?.conname));
  if (subtype === 'AT_ColumnDefault') return part('default', relation, identifierOf(name));
  if (subtype === 'AT_AttachPartition')
    return ofRelation(def && 'PartitionCmd' in def ? def.PartitionCmd.name : undefined);
  if (/Trig$/.test(subtype)) return part('trigger', relation, identifierOf(name));
  if (/Rule$/.test(subtype)) return part('rule', relation, identifierOf(name));
  return ofRelation(relation);
}

const RELATION_TYPES = new Set(['TABLE', 'VIEW', 'MATVIEW', 'SEQUENCE', 'INDEX', 'FOREIGN_TABLE']);
const PART_WORDS: Record<string, string> = {
  TABCONSTRAINT: 'constraint',
  TRIGGER: 'trigger',
  RULE: 'rule',
  POLICY: 'policy',
};
const ROUTINES = new Set(['FUNCTION', 'PROCEDURE', 'AGGREGATE', 'ROUTINE']);

/** What a comment, an owner, a grant is of. */
function named(type: ObjectType | undefined, node: Node | undefined): Subject {
  const word = String(type ?? '').replace(/^OBJECT_/, '');
  const items = node && 'List' in node ? texts(node.List.items) : [];
  if (node && 'RangeVar' in node) return ofRelation(node.RangeVar);
  const [schemaname = '', relname = '', last] = items;
  if (RELATION_TYPES.has(word) || word === 'COLUMN') return ofRelation({ schemaname, relname });
  const partWord = PART_WORDS[word];
  if (partWord) return part(partWord, { schemaname, relname }, identifierOf(last));
  const [first] = node && 'List' in node ? (node.List.items ?? []) : [];
  if (word === 'DOMCONSTRAINT' && first && 'TypeName' in first) return { object: `type ${showType(first.TypeName)}` };
  const shown = showObject(type, node);
  if (ROUTINES.has(word)) return { object: `routine ${shown}` };
  if (word === 'TYPE' || word === 'DOMAIN') return { object: `type ${shown}` };
  return { object: `${showObjectType(type)} ${shown}` };
}

function ofRelation(range: RangeVar | undefined): Subject {
  const relation = showRange(range);
  return { object: `relation ${relation}`, relation };
}

function part(word: string, range: RangeVar | undefined, name: string): Subject {
  const relation = showRange(range);
  return { object: `${word} ${relation}.${name}`, relation };
}

function identifierOf(name = ''): string {
  return showIdentifier(name);
}

/** Statements on an index belong to its table, those on the index of a constraint to that, those on an owned sequence to the table that owns it. */
function withParents(objects: readonly StatementObject[]): StatementObject[] {
  const parents = new Map<string, Subject>();
  for (const { statement, node, object, relation, makes } of objects) {
    if ('IndexStmt' in node || 'CreateStatsStmt' in node)
      parents.set(object, { object, ...(relation && { relation }) });
    if (makes && relation && INDEXED.has(statement.kind)) {
      const [schema = '', , name = ''] = makes.names;
      parents.set(`relation ${showRelation({ schema, name })}`, { object, relation });
    }
    const owner = 'AlterSeqStmt' in node ? ownerOf(node) : undefined;
    if (owner) parents.set(object, { object, relation: owner });
  }
  return objects.map((each) => ({ ...each, ...parents.get(each.object) }));
}

const INDEXED = new Set(['primary key', 'unique', 'exclusion']);

function ownerOf(node: Extract<Node, { AlterSeqStmt: unknown }>): string | undefined {
  const owned = (node.AlterSeqStmt.options ?? []).flatMap((option) =>
    'DefElem' in option && option.DefElem.defname === 'owned_by' ? [option.DefElem.arg] : [],
  )[0];
  const names = owned && 'List' in owned ? texts(owned.List.items) : [];
  const [schema = '', name = ''] = names;
  return names.length === 3 ? showRelation({ schema, name }) : undefined;
}

export function isForeignKey({ statement }: StatementObject): boolean {
  return statement.kind === 'foreign key';
}

/** The relation that a foreign key references, as statements name it. */
export function referencedRelation({ node }: StatementObject): string | undefined {
  if (!('AlterTableStmt' in node)) return undefined;
  const [first] = node.AlterTableStmt.cmds ?? [];
  const constraint = first && 'AlterTableCmd' in first ? constraintOf(first.AlterTableCmd.def) : undefined;
  const relation = relationOf(constraint?.pktable);
  return constraint?.contype === 'CONSTR_FOREIGN' && relation ? showRelation(relation) : undefined;
}
