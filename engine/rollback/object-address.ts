import type { Node, ObjectType, RangeVar, TypeName } from 'libpg-query';
import { quoteIdentifier } from '../postgres/quote.js';
import { constraintOf, listItems, relationOf, texts } from '../schema/names.js';

/** An object as `pg_get_object_address` takes it. */
export interface ObjectAddress {
  type: string;
  names: string[];
  args: string[];
}

/** What a statement makes; `undefined` for one that changes what another made, and for objects that nothing else brings along. */
export function addressOf(node: Node): ObjectAddress | undefined {
  const [tag = ''] = Object.keys(node);
  const address = (ADDRESSES as Record<string, ((body: unknown) => ObjectAddress | undefined) | undefined>)[tag];
  return address?.((node as Record<string, unknown>)[tag]);
}

type Tag = Node extends infer Each ? (Each extends unknown ? keyof Each : never) : never;
type Addresses = { [T in Tag]?: (body: Extract<Node, Record<T, unknown>>[T]) => ObjectAddress | undefined };

const ADDRESSES: Addresses = {
  CreateSchemaStmt: ({ schemaname = '' }) => of('schema', [schemaname]),
  CreateExtensionStmt: ({ extname = '' }) => of('extension', [extname]),
  CreatePLangStmt: ({ plname = '' }) => of('language', [plname]),
  CreateEnumStmt: ({ typeName }) => of('type', [quoted(typeName)]),
  CreateRangeStmt: ({ typeName }) => of('type', [quoted(typeName)]),
  CompositeTypeStmt: ({ typevar }) => of('type', [quoteRange(typevar)]),
  CreateDomainStmt: ({ domainname }) => of('type', [quoted(domainname)]),
  AlterDomainStmt: ({ typeName, def }) =>
    of('domain constraint', [quoted(typeName)], [constraintOf(def)?.conname ?? '']),
  DefineStmt: ({ kind, defnames, args = [], definition = [] }) => {
    if (kind === 'OBJECT_TYPE') return of('type', [quoted(defnames)]);
    if (kind === 'OBJECT_AGGREGATE') return of('aggregate', texts(defnames), argumentTypes(listItems(args[0])));
    if (kind !== 'OBJECT_OPERATOR') return of(DEFINED[kind ?? ''] ?? '', texts(defnames));
    const operands = ['leftarg', 'rightarg'].map((side) => {
      const type = definition.flatMap((each) =>
        'DefElem' in each && each.DefElem.defname === side ? [each.DefElem.arg] : [],
      )[0];
      return type && 'TypeName' in type ? typeSql(type.TypeName) : '';
    });
    return operands.includes('') ? undefined : of('operator', texts(defnames), operands); // PostgreSQL has no way to write the missing side
  },
  CreateFunctionStmt: ({ is_procedure, funcname, parameters }) =>
    of(is_procedure ? 'procedure' : 'function', texts(funcname), argumentTypes(parameters)),
  CreateCastStmt: ({ sourcetype, targettype }) => of('cast', [typeSql(sourcetype)], [typeSql(targettype)]),
  CreateTransformStmt: ({ type_name, lang = '' }) => of('transform', [typeSql(type_name)], [lang]),
  CreateConversionStmt: ({ conversion_name }) => of('conversion', texts(conversion_name)),
  CreateOpClassStmt: ({ opclassname, amname = '' }) => of('operator class', [amname, ...texts(opclassname)]),
  CreateOpFamilyStmt: ({ opfamilyname, amname = '' }) => of('operator family', [amname, ...texts(opfamilyname)]),
  CreateStmt: ({ relation }) => of('table', rangeNames(relation)),
  CreateForeignTableStmt: ({ base }) => of('foreign table', rangeNames(base?.relation)),
  ViewStmt: ({ view }) => of('view', rangeNames(view)),
  CreateTableAsStmt: ({ into }) => of('materialized view', rangeNames(into?.rel)),
  CreateSeqStmt: ({ sequence }) => of('sequence', rangeNames(sequence)),
  AlterTableStmt: ({ relation, cmds: [first] = [] }) => {
    const command = first && 'AlterTableCmd' in first ? first.AlterTableCmd : {};
    if (command.subtype === 'AT_ColumnDefault')
      return of('default value', [...rangeNames(relation), command.name ?? '']);
    if (command.subtype !== 'AT_AddConstraint') return undefined;
    return of('table constraint', [...rangeNames(relation), constraintOf(command.def)?.conname ?? '']);
  },
  IndexStmt: ({ idxname = '', relation }) => of('index', [relation?.schemaname ?? '', idxname]),
  CreateStatsStmt: ({ defnames }) => of('statistics object', texts(defnames)),
  RuleStmt: ({ relation, rulename = '' }) => of('rule', [...rangeNames(relation), rulename]),
  CreateTrigStmt: ({ relation, trigname = '' }) => of('trigger', [...rangeNames(relation), trigname]),
  CreatePolicyStmt: ({ table, policy_name = '' }) => of('policy', [...rangeNames(table), policy_name]),
  CreateEventTrigStmt: ({ trigname = '' }) => of('event trigger', [trigname]),
  CreatePublicationStmt: ({ pubname = '' }) => of('publication', [pubname]),
  AlterPublicationStmt: ({ pubname = '', pubobjects: [first] = [] }) => {
    const table = first && 'PublicationObjSpec' in first ? first.PublicationObjSpec.pubtable?.relation : undefined;
    return table && of('publication relation', rangeNames(table), [pubname]);
  },
  CreateFdwStmt: ({ fdwname = '' }) => of('foreign-data wrapper', [fdwname]),
  CreateForeignServerStmt: ({ servername = '' }) => of('server', [servername]),
  CreateUserMappingStmt: ({ user, servername = '' }) => of('user mapping', [user?.rolename ?? 'public'], [servername]),
};

const DEFINED: Record<ObjectType | '', string | undefined> = {
  OBJECT_COLLATION: 'collation',
  OBJECT_TSCONFIGURATION: 'text search configuration',
  OBJECT_TSDICTIONARY: 'text search dictionary',
  OBJECT_TSPARSER: 'text search parser',
  OBJECT_TSTEMPLATE: 'text search template',
} as Record<ObjectType | '', string | undefined>;

function of(type: string, names: string[], args: string[] = []): ObjectAddress | undefined {
  return type === '' ? undefined : { type, names, args };
}

function rangeNames(range: RangeVar | undefined): string[] {
  const { schema = '', name = '' } = relationOf(range) ?? {};
  return [schema, name];
}

function quoteRange(range: RangeVar | undefined): string {
  return rangeNames(range).map(quoteIdentifier).join('.');
}

function quoted(nodes: readonly Node[] | undefined): string {
  return texts(nodes).map(quoteIdentifier).join('.');
}

function typeSql(type: TypeName | undefined): string {
  return quoted(type?.names) + '[]'.repeat(type?.arrayBounds?.length ?? 0);
}

/** The types that tell overloaded functions apart. */
function argumentTypes(parameters: readonly Node[] = []): string[] {
  return parameters
    .flatMap((node) => ('FunctionParameter' in node ? [node.FunctionParameter] : []))
    .filter(({ mode }) => mode !== 'FUNC_PARAM_OUT' && mode !== 'FUNC_PARAM_TABLE')
    .map(({ argType }) => typeSql(argType));
}
