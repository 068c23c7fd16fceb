import type { AnonymizationRule } from '../../contracts/anonymization.js';
import type { ColumnRule } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import type { SchemaDefinition } from '../../contracts/schema.js';
import { chainedReads } from './check-reads.js';
import { type ColumnFacts, collectFacts, isTextLike, type TableFacts } from './column-facts.js';
import { groupColumns } from './column-groups.js';
import type { ColumnSample } from './column-sample.js';
import { checkGroupRule, toColumnRule } from './group-rule.js';
import { foldCase } from './letter-case.js';
import { proposeRule, type RuleProposal } from './propose-rules.js';
import { resolveReferences } from './resolve-references.js';
import { type ResolvedRules, resolveRules } from './resolve-rules.js';

export interface UndecidedColumn {
  /** `schema.table`: the partitioned table, never a partition. */
  table: string;
  column: string;
  /** As `format_type` writes it. */
  type: string;
  proposal: RuleProposal;
}

export interface DecideColumnsInput {
  schema: SchemaDefinition;
  /** Of `envclone.rules.json`. */
  rules: readonly AnonymizationRule[];
  /** For this run; they come before the file's. */
  overlay?: readonly AnonymizationRule[];
  /** Names of the configuration's generators. */
  generators: readonly string[];
  /** What rows look like, by `columnKey`, for proposals. */
  samples?: ReadonlyMap<string, ColumnSample>;
}

export interface DecidedColumns {
  /** By `schema.table` (partitions have their root's), then by column. Columns that are kept are not in it. */
  rules: Map<string, Map<string, ColumnRule>>;
  undecided: UndecidedColumn[];
  /** Every reason why rules cannot be followed. Not empty: nothing may be copied. */
  problems: string[];
}

/** What happens to every column. Columns that foreign keys tie together are decided as one. */
export function decideColumns(input: DecideColumnsInput): DecidedColumns {
  const { schema, rules, overlay = [], generators, samples } = input;
  const facts = collectFacts(schema);
  const ofFile = resolveRules(rules, 'envclone.rules.json: rules', facts);
  const ofRun = resolveRules(overlay, 'customAnonymizationRules', facts);
  const problems = [...ofFile.problems, ...ofRun.problems];
  const decided = new Map<string, ColumnRule>();
  const undecided: UndecidedColumn[] = [];
  const references = new Map<string, NonNullable<AnonymizationRule['references']>>();
  for (const members of groupsOf(facts)) {
    const { rule, contrary } = chooseRule(members, ofRun, ofFile);
    if (!rule) {
      undecided.push(...members.filter(needsDecision).map(({ key, facts }) => toUndecided(facts, samples?.get(key))));
      continue;
    }
    const columns = members.map(({ facts }) => facts);
    const mistakes = [
      ...contrary.map((other) => contradiction(rule, other)),
      ...[rule, ...contrary].flatMap((each) => checkGroupRule(each, columns, generators)),
    ];
    problems.push(...mistakes);
    if (mistakes.length > 0 || rule.anonymizationType === 'keep') continue;
    const columnRule = toColumnRule(rule, columns);
    for (const { key } of members) {
      decided.set(key, columnRule);
      if (rule.references) references.set(key, rule.references);
    }
  }
  problems.push(...chainedReads(decided, facts));
  const folded = foldCase(harmonize(decided), facts.columns);
  const resolved = resolveReferences({ decided: folded.rules, references, facts });
  problems.push(...folded.problems, ...resolved.problems);
  return { rules: byTable(facts, resolved.rules), undecided, problems };
}

interface Member {
  key: string;
  facts: ColumnFacts;
}

/** Every column once, with those it is masked alike. */
function groupsOf(facts: TableFacts): Member[][] {
  const groups = groupColumns(facts);
  const seen = new Set<string>();
  const result: Member[][] = [];
  for (const key of facts.columns.keys()) {
    if (seen.has(key)) continue;
    const keys = groups.of(key);
    for (const member of keys) seen.add(member);
    result.push(
      keys.flatMap((member) => {
        const found = facts.columns.get(member);
        return found ? [{ key: member, facts: found }] : [];
      }),
    );
  }
  return result;
}

/** The run's rule when there is one, otherwise the file's; and those that say something else of a column tied to it. */
function chooseRule(
  members: Member[],
  ofRun: ResolvedRules,
  ofFile: ResolvedRules,
): { rule: AnonymizationRule | undefined; contrary: AnonymizationRule[] } {
  const given = [ofRun, ofFile]
    .map(({ rules }) => members.flatMap(({ key }) => rules.get(key) ?? []))
    .find((rules) => rules.length > 0);
  const [rule, ...others] = given ?? [];
  return { rule, contrary: rule ? others.filter((other) => signature(other) !== signature(rule)) : [] };
}

function contradiction(rule: AnonymizationRule, other: AnonymizationRule): string {
  return `${labelOf(rule)} (${sayingOf(rule)}) and ${labelOf(other)} (${sayingOf(other)}) are tied by a foreign key and need the same rule`;
}

function sayingOf({ anonymizationType, domain }: AnonymizationRule): string {
  return domain === undefined ? anonymizationType : `${anonymizationType} in domain ${domain}`;
}

function labelOf({ tableName, columnName }: AnonymizationRule): string {
  return `column ${columnName} of ${tableName}`;
}

function signature({ tableName: _table, columnName: _column, reason: _reason, ...rest }: AnonymizationRule): string {
  return JSON.stringify(Object.entries(rest).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function needsDecision({ facts }: Member): boolean {
  return isTextLike(facts.column.shape);
}

function toUndecided(facts: ColumnFacts, sample: ColumnSample | undefined): UndecidedColumn {
  return {
    table: facts.table,
    column: facts.column.name,
    type: facts.column.type,
    proposal: proposeRule(facts, sample),
  };
}

/** When one column of a domain is unique, all are masked as unique, so that equal values stay equal between them. */
function harmonize(decided: Map<string, ColumnRule>): Map<string, ColumnRule> {
  const family = ({ type, domain }: ColumnRule) => `${type}\0${domain}`;
  const unique = new Set([...decided.values()].filter(({ isUnique }) => isUnique).map(family));
  return new Map(
    [...decided].map(([key, rule]) => [key, unique.has(family(rule)) ? { ...rule, isUnique: true } : rule]),
  );
}

function byTable({ tables, rootOf, columns }: TableFacts, decided: Map<string, ColumnRule>): DecidedColumns['rules'] {
  const ofRoots = new Map<string, Map<string, ColumnRule>>();
  for (const [key, rule] of decided) {
    const found = columns.get(key);
    if (!found) continue;
    const ofTable = ofRoots.get(found.table) ?? new Map<string, ColumnRule>();
    ofRoots.set(found.table, ofTable.set(found.column.name, rule));
  }
  const result: DecidedColumns['rules'] = new Map();
  for (const [label, table] of tables) {
    const rules = ofRoots.get(relationLabel(rootOf(table)));
    if (rules) result.set(label, rules);
  }
  return result;
}
