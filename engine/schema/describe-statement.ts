import type { FunctionParameter, Node } from 'libpg-query';
import { showIdentifier, showRelation } from '../postgres/quote.js';
import { describeAlterTable } from './describe-alter-table.js';
import {
  constraintOf,
  listItems,
  relationOf,
  showObject,
  showObjectType,
  showOperator,
  showPath,
  showRange,
  showType,
  texts,
} from './names.js';
import { showDefaultPrivilege, showPrivilege } from './privilege-names.js';
import { late, object, ofPart, ofRelation, type StatementLabel, satellite } from './statement-label.js';

/** What a statement of a dump makes or changes. Statements unknown to this version are labelled by their node's name. */
export function describeStatement(node: Node): StatementLabel {
  const [tag = ''] = Object.keys(node);
  const describe = (LABELS as Record<string, ((body: unknown) => StatementLabel) | undefined>)[tag];
  if (describe) return describe((node as Record<string, unknown>)[tag]);
  const words = tag.replace(/Stmt$/, '').replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return { kind: words.toLowerCase(), name: '', place: 'object' };
}

type Tag = Node extends infer Each ? (Each extends unknown ? keyof Each : never) : never;
type Labels = { [T in Tag]?: (body: Extract<Node, Record<T, unknown>>[T]) => StatementLabel };

const LABELS: Labels = {
  CreateSchemaStmt: ({ schemaname = '' }) => object('schema', showIdentifier(schemaname)),
  CreateExtensionStmt: ({ extname = '' }) => object('extension', showIdentifier(extname)),
  CreatePLangStmt: ({ plname = '' }) => object('language', showIdentifier(plname)),
  CreateAmStmt: ({ amname = '' }) => object('access method', showIdentifier(amname)),
  CreateEnumStmt: ({ typeName }) => object('type', showPath(typeName)),
  CreateRangeStmt: ({ typeName }) => object('type', showPath(typeName)),
  CompositeTypeStmt: ({ typevar }) => object('type', showRange(typevar)),
  CreateDomainStmt: ({ domainname }) => object('domain', showPath(domainname)),
  AlterDomainStmt: ({ typeName, def }) => ({
    kind: 'domain constraint',
    name: `${showPath(typeName)}.${showIdentifier(constraintOf(def)?.conname ?? '')}`,
    place: constraintOf(def)?.skip_validation ? 'late' : 'object',
  }),
  DefineStmt: ({ kind, defnames, args = [], definition = [] }) => {
    const name = showOperator(defnames);
    if (kind === 'OBJECT_AGGREGATE') return object('aggregate', `${name}(${argumentTypes(listItems(args[0]))})`);
    if (kind !== 'OBJECT_OPERATOR') return object(showObjectType(kind), name);
    const operands = ['leftarg', 'rightarg'].map((side) => {
      const type = definition.flatMap((node) =>
        'DefElem' in node && node.DefElem.defname === side ? [node.DefElem.arg] : [],
      )[0];
      return type && 'TypeName' in type ? showType(type.TypeName) : 'none';
    });
    return object('operator', `${name}(${operands.join(', ')})`);
  },
  CreateFunctionStmt: ({ is_procedure, funcname, parameters }) =>
    object(is_procedure ? 'procedure' : 'function', `${showPath(funcname)}(${argumentTypes(parameters)})`),
  CreateCastStmt: ({ sourcetype, targettype }) =>
    object('cast', `(${showType(sourcetype)} AS ${showType(targettype)})`),
  CreateTransformStmt: ({ type_name, lang = '' }) =>
    object('transform', `for ${showType(type_name)} language ${showIdentifier(lang)}`),
  CreateConversionStmt: ({ conversion_name }) => object('conversion', showPath(conversion_name)),
  CreateOpClassStmt: ({ opclassname, amname = '' }) =>
    object('operator class', `${showPath(opclassname)} using ${showIdentifier(amname)}`),
  CreateOpFamilyStmt: ({ opfamilyname, amname = '' }) =>
    object('operator family', `${showPath(opfamilyname)} using ${showIdentifier(amname)}`),
  AlterOpFamilyStmt: ({ opfamilyname, amname = '' }) =>
    object('operator family members', `${showPath(opfamilyname)} using ${showIdentifier(amname)}`),
  AlterTSConfigurationStmt: ({ cfgname, tokentype }) =>
    object('text search mapping', `${showPath(cfgname)} ${texts(tokentype).join(' ')}`),
  CreateStmt: ({ relation }) => ofRelation('table', relation),
  CreateForeignTableStmt: ({ base }) => ofRelation('foreign table', base?.relation),
  ViewStmt: ({ view }) => ofRelation('view', view),
  CreateTableAsStmt: ({ into, objtype }) => ofRelation(showObjectType(objtype), into?.rel),
  CreateSeqStmt: ({ sequence }) => ofRelation('sequence', sequence),
  AlterSeqStmt: ({ sequence }) => ofRelation('sequence owned by', sequence),
  AlterTableStmt: describeAlterTable,
  IndexStmt: ({ idxname = '', relation }) => ({
    kind: 'index',
    name: showRelation({ schema: relation?.schemaname ?? '', name: idxname }),
    relation: relationOf(relation),
    place: 'key',
  }),
  CreateStatsStmt: ({ defnames, relations: [first] = [] }) => ({
    kind: 'statistics',
    name: showPath(defnames),
    relation: first && 'RangeVar' in first ? relationOf(first.RangeVar) : undefined,
    place: 'key',
  }),
  AlterStatsStmt: ({ defnames }) => ({ kind: 'statistics target', name: showPath(defnames), place: 'satellite' }),
  RuleStmt: ({ relation, rulename = '' }) => ofPart('rule', relation, rulename, 'late'),
  CreateTrigStmt: ({ relation, trigname = '' }) => ofPart('trigger', relation, trigname, 'late'),
  CreatePolicyStmt: ({ table, policy_name = '' }) => ofPart('policy', table, policy_name, 'late'),
  CreateEventTrigStmt: ({ trigname = '' }) => late('event trigger', showIdentifier(trigname)),
  AlterEventTrigStmt: ({ trigname = '' }) => late('event trigger state', showIdentifier(trigname)),
  CreatePublicationStmt: ({ pubname = '' }) => late('publication', showIdentifier(pubname)),
  AlterPublicationStmt: ({ pubname = '' }) => late('publication content', showIdentifier(pubname)),
  CreateSubscriptionStmt: ({ subname = '' }) => late('subscription', showIdentifier(subname)),
  AlterSubscriptionStmt: ({ subname = '' }) => late('subscription state', showIdentifier(subname)),
  CreateFdwStmt: ({ fdwname = '' }) => object('foreign data wrapper', showIdentifier(fdwname)),
  CreateForeignServerStmt: ({ servername = '' }) => object('server', showIdentifier(servername)),
  CreateUserMappingStmt: ({ user, servername = '' }) =>
    object('user mapping', `${showIdentifier(user?.rolename ?? 'public')} on ${showIdentifier(servername)}`),
  CommentStmt: ({ objtype, object: node }) =>
    satellite('comment', `${showObjectType(objtype)} ${showObject(objtype, node)}`),
  SecLabelStmt: ({ objtype, object: node, provider = '' }) =>
    satellite('security label', `${showObjectType(objtype)} ${showObject(objtype, node)} for ${provider}`),
  AlterOwnerStmt: ({ objectType, object: node }) =>
    satellite('owner', `${showObjectType(objectType)} ${showObject(objectType, node)}`),
  AlterObjectDependsStmt: ({ objectType, relation, object: node }) =>
    satellite(
      'dependency',
      [showObjectType(objectType), [showRange(relation), showObject(objectType, node)].filter(Boolean).join('.')].join(
        ' ',
      ),
    ),
  GrantStmt: (grant) => ({ kind: 'privilege', name: showPrivilege(grant), place: 'late' }),
  AlterDefaultPrivilegesStmt: (statement) => ({
    kind: 'default privilege',
    name: showDefaultPrivilege(statement),
    place: 'late',
  }),
};

/** The types that tell overloaded functions apart. */
function argumentTypes(parameters: readonly Node[] = []): string {
  return parameters
    .flatMap((node) => ('FunctionParameter' in node ? [node.FunctionParameter] : []))
    .filter(({ mode }: FunctionParameter) => mode !== 'FUNC_PARAM_OUT' && mode !== 'FUNC_PARAM_TABLE')
    .map(({ argType }) => showType(argType))
    .join(', ');
}
