import type { RangeVar } from 'libpg-query';
import type { SchemaDifference } from '../../contracts/schema.js';
import { quoteLiteral, quoteRelation } from '../postgres/quote.js';
import { compareStatements } from '../schema/compare.js';
import { relationOf } from '../schema/names.js';
import type { StatementObject } from './statement-object.js';

/** How the definitions of a target become what they shall be. */
export interface ChangePlan {
  differences: readonly SchemaDifference[];
  /** Every statement of the target as it shall be: of the parts those of the restore point, of everything else the present ones. In an order in which they can run. */
  final: readonly StatementObject[];
  /** Objects of the target that go: those that shall be otherwise are made again. */
  drops: ReadonlySet<string>;
  /** Takes back what a present statement set, where nothing sets it any more. */
  reverts: readonly { object: string; sql: string }[];
  /** Statements of `final` that run although their object stays. */
  settings: ReadonlySet<StatementObject>;
  /** Objects whose privileges are given anew. */
  privileges: ReadonlySet<string>;
  /** All default privileges are given anew. */
  givesDefaults: boolean;
}

export interface PlanChangeInput {
  present: readonly StatementObject[];
  wanted: readonly StatementObject[];
  isOfParts(each: StatementObject): boolean;
  /** The two sides come from servers of different versions, which write the same in different ways. */
  isLoose: boolean;
}

export function planChange({ present, wanted, isOfParts, isLoose }: PlanChangeInput): ChangePlan {
  const [before, after] = [present.filter(isOfParts), wanted.filter(isOfParts)];
  const final = [...after, ...present.filter((each) => !isOfParts(each))];
  const [beforeByKey, afterByKey] = [byKey(before), byKey(after)];
  const plan = {
    drops: new Set<string>(),
    reverts: [] as { object: string; sql: string }[],
    settings: new Set<StatementObject>(),
    privileges: new Set<string>(),
  };
  const differences = compareStatements(statementsOf(after), statementsOf(before), { isLoose });
  for (const { kind, name } of differences) {
    const [was, shall] = [beforeByKey.get(`${kind} ${name}`), afterByKey.get(`${kind} ${name}`)];
    if (kind === DEFAULT_PRIVILEGE) continue;
    if (shall) addWanted(shall, was !== undefined);
    else if (was) addUnwanted(was);
  }
  const givesDefaults = differences.some(({ kind }) => kind === DEFAULT_PRIVILEGE);
  return { final, differences, givesDefaults, ...plan };

  function addWanted(shall: StatementObject, isThere: boolean): void {
    const { kind } = shall.statement;
    if (kind === 'privilege') plan.privileges.add(shall.object);
    else if (isThere && (shall.makes || INSEPARABLE.has(kind))) plan.drops.add(shall.object);
    else plan.settings.add(shall);
    if (kind === EVENT_TRIGGER_STATE) plan.drops.add(shall.object);
  }

  function addUnwanted(was: StatementObject): void {
    if (was.statement.kind === 'privilege') plan.privileges.add(was.object);
    else if (was.makes) plan.drops.add(was.object);
    else {
      const revert = revertOf(was);
      if (revert === undefined) plan.drops.add(was.object);
      else if (revert) plan.reverts.push({ object: was.object, sql: revert });
    }
  }
}

const DEFAULT_PRIVILEGE = 'default privilege';
/** Its event trigger is silent during the change, and then what it was: one of another state is made again. */
const EVENT_TRIGGER_STATE = 'event trigger state';

/** What cannot be changed in place: the object it belongs to is made again. */
const INSEPARABLE = new Set(['identity', 'inheritance', 'table attach', 'index attach', 'sequence owned by']);

function byKey(objects: readonly StatementObject[]): Map<string, StatementObject> {
  return new Map(objects.map((each) => [`${each.statement.kind} ${each.statement.name}`, each]));
}

function statementsOf(objects: readonly StatementObject[]) {
  return objects.map(({ statement }) => statement);
}

/** SQL that takes a setting back; empty when there is nothing to do, `undefined` when only making the object again does. */
function revertOf({ statement: { kind, sql }, node }: StatementObject): string | undefined {
  if ('CommentStmt' in node) return withoutText(sql, node.CommentStmt.comment ?? '');
  if ('SecLabelStmt' in node) return withoutText(sql, node.SecLabelStmt.label ?? '');
  if (kind === 'owner') return ''; // whoever makes it owns it
  if (!('AlterTableStmt' in node)) return undefined;
  const { relation } = node.AlterTableStmt;
  switch (kind) {
    case 'row security':
      return alter(relation, 'disable row level security');
    case 'forced row security':
      return alter(relation, 'no force row level security');
    case 'replica identity':
      return alter(relation, 'replica identity default');
    case 'cluster':
      return alter(relation, 'set without cluster');
    case 'trigger state':
    case 'rule state':
      return sql.replace(/ (?:DISABLE|ENABLE(?: REPLICA| ALWAYS)?)(?= (?:TRIGGER|RULE) )/, ' ENABLE');
    default:
      return undefined;
  }
}

function alter(range: RangeVar | undefined, what: string): string {
  const relation = relationOf(range);
  return relation ? `alter table only ${quoteRelation(relation)} ${what}` : '';
}

/** `… IS 'text'` with NULL instead of the text, which stands last. */
function withoutText(sql: string, text: string): string | undefined {
  const literal = quoteLiteral(text).trim();
  return sql.endsWith(literal) ? `${sql.slice(0, -literal.length)}NULL` : sql.replace(/ IS '.*$/s, ' IS NULL');
}
