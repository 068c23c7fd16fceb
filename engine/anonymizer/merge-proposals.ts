import type { AnonymizationRule, EmptyTable, Financial } from '../../contracts/anonymization.js';
import { qualified } from '../../contracts/relations.js';
import type { SchemaDefinition } from '../../contracts/schema.js';
import { type ColumnFacts, collectFacts, columnKey, isTextLike, type TableFacts } from './column-facts.js';
import { groupColumns } from './column-groups.js';
import type { ColumnSample } from './column-sample.js';
import { type DecidedColumns, decideColumns, type UndecidedColumn } from './decide-columns.js';
import { resolveEmptyTables } from './empty-tables.js';
import { keepAccountNumbers, proposeAmounts } from './financial.js';
import { checkGroupRule } from './group-rule.js';
import { caseClashes } from './letter-case.js';
import { personalByName } from './personal-by-name.js';
import { proposeMask, proposeRule, type RuleProposal } from './propose-rules.js';
import { emptyTablesOfSupabase } from './supabase-auth.js';

export interface MergeProposalsInput {
  schema: SchemaDefinition;
  /** What is decided already; never changed. */
  rules: readonly AnonymizationRule[];
  /** What the file asks for of money. */
  financial?: Financial;
  /** Tables that stay empty by decision: nothing in them needs another. */
  emptyTables?: readonly EmptyTable[];
  /** What becomes of columns that nothing is known about. Absent: they remain. */
  undecided?: 'keep' | 'mask';
  /** What rows look like, by `columnKey`. */
  samples?: ReadonlyMap<string, ColumnSample>;
}

export interface MergedProposals {
  rules: AnonymizationRule[];
  added: AnonymizationRule[];
  /** The same with how sure each is. */
  proposals: RuleProposal[];
  /** Those that were decided, and those that are proposed. */
  emptyTables: EmptyTable[];
  addedEmptyTables: EmptyTable[];
  remaining: UndecidedColumn[];
}

/** The rules and every decision that can be made beside them. Columns tied by foreign keys get one rule, on the referenced one. */
export function mergeProposals(input: MergeProposalsInput): MergedProposals {
  const { schema, rules, undecided: policy, samples = new Map() } = input;
  const addedEmptyTables = proposeEmptyTables(input);
  const emptyTables = [...(input.emptyTables ?? []), ...addedEmptyTables];
  const texts = openGroups(schema, rules, emptyTables).flatMap(
    (members) => decideGroup(members, samples, policy) ?? [],
  );
  const drafts = withFinancial(texts, input, emptyTables);
  const all = [...rules, ...drafts.map(({ rule }) => rule)];
  const decided = decideColumns({ schema, rules: all, generators: namedGenerators(rules), samples });
  const proposals = apartByCase(drafts, decided.rules, collectFacts(schema));
  const added = proposals.map(({ rule }) => rule);
  const { tables: empty } = resolveEmptyTables(emptyTables, schema);
  const remaining = decided.undecided.filter(({ table }) => !empty.has(table));
  return { rules: [...rules, ...added], added, proposals, emptyTables, addedEmptyTables, remaining };
}

/** Amounts beside the others, unless a rule is there or their table stays empty. */
function withFinancial(
  proposals: readonly RuleProposal[],
  { schema, rules, financial = {} }: MergeProposalsInput,
  emptyTables: readonly EmptyTable[],
): RuleProposal[] {
  const { tables: empty } = resolveEmptyTables(emptyTables, schema);
  const all = [...rules, ...proposals.map(({ rule }) => rule)];
  const named = new Set(all.map(({ tableName, columnName }) => columnKey(qualified(tableName), columnName)));
  const isDecided = ({ table, column }: ColumnFacts) => empty.has(table) || named.has(columnKey(table, column.name));
  return [
    ...proposals.map((proposal) => keepAccountNumbers(proposal, financial)),
    ...proposeAmounts(collectFacts(schema), financial, isDecided),
  ];
}

/** Proposals of one domain can be followed together: a column that ignores the case of letters, where others are told apart by it, gets a domain of its own. */
function apartByCase(
  proposals: readonly RuleProposal[],
  decided: DecidedColumns['rules'],
  facts: TableFacts,
): RuleProposal[] {
  const byColumn = [...decided].flatMap(([table, columns]) =>
    [...columns].map(([column, rule]) => [columnKey(table, column), rule] as const),
  );
  const groups = groupColumns(facts);
  const clashing = new Set([...caseClashes(new Map(byColumn), facts.columns).keys()].flatMap((key) => groups.of(key)));
  return proposals.map((proposal) => {
    const { tableName, columnName, domain } = proposal.rule;
    if (domain !== undefined || !clashing.has(columnKey(tableName, columnName))) return proposal;
    return { ...proposal, rule: { ...proposal.rule, domain: `${tableName}.${columnName}` } };
  });
}

/** Tables of which nobody decided anything yet. */
function proposeEmptyTables({
  schema,
  rules,
  emptyTables = [],
}: Pick<MergeProposalsInput, 'schema' | 'rules' | 'emptyTables'>): EmptyTable[] {
  const decided = new Set([...rules.map(({ tableName }) => tableName), ...emptyTables.map(({ table }) => table)]);
  return emptyTablesOfSupabase(schema).filter(({ table }) => !decided.has(table));
}

/** Columns that no rule decides, of tables that are copied, with those that foreign keys tie to them: each group once. */
export function openGroups(
  schema: SchemaDefinition,
  rules: readonly AnonymizationRule[],
  emptyTables: readonly EmptyTable[] = [],
): ColumnFacts[][] {
  const facts = collectFacts(schema);
  const groups = groupColumns(facts);
  const open = decideColumns({ schema, rules, generators: namedGenerators(rules) }).undecided;
  const named = new Set(
    rules.flatMap(({ tableName, columnName }) =>
      [tableName, `public.${tableName}`].map((table) => columnKey(table, columnName)),
    ),
  );
  const proposed = proposeEmptyTables({ schema, rules, emptyTables });
  const { tables: empty } = resolveEmptyTables([...emptyTables, ...proposed], schema);
  const keys = [
    ...open.map(({ table, column }) => columnKey(table, column)),
    ...[...facts.columns].flatMap(([key, column]) => (personalByName(column) ? [key] : [])),
  ].filter((key) => !empty.has(facts.columns.get(key)?.table ?? ''));
  const seen = new Set<string>();
  return keys.flatMap((key) => {
    if (seen.has(key)) return [];
    const group = groups.of(key);
    for (const member of group) seen.add(member);
    if (group.some((member) => named.has(member))) return [];
    return [group.flatMap((member) => facts.columns.get(member) ?? [])];
  });
}

function decideGroup(
  members: readonly ColumnFacts[],
  samples: ReadonlyMap<string, ColumnSample>,
  policy: 'keep' | 'mask' | undefined,
): RuleProposal | undefined {
  const [referenced] = members;
  if (!referenced) return undefined;
  const place = { tableName: referenced.table, columnName: referenced.column.name };
  const fits = ({ rule }: RuleProposal) => checkGroupRule(rule, members, []).length === 0;
  const proposals = members
    .map((facts) => proposeRule(facts, samples.get(columnKey(facts.table, facts.column.name))))
    .filter(({ confidence }) => confidence !== 'none')
    .sort(byConfidence);
  const proposed = proposals.map((proposal) => at(place, proposal)).find(fits);
  if (proposed) return proposed;
  if (!members.some(({ column }) => isTextLike(column.shape))) return undefined;
  if (policy === undefined) return undefined;
  const undecided = (rule: AnonymizationRule): RuleProposal => ({
    rule,
    confidence: 'none',
    reason: rule.reason ?? '',
  });
  const keep = (reason: string) => undecided({ ...place, anonymizationType: 'keep', reason: `undecided: ${reason}` });
  if (policy === 'keep') return keep('--undecided keep');
  const mask = proposeMask(referenced, 'undecided: --undecided mask');
  if (mask && fits(undecided(mask))) return undecided(mask);
  const { name, type } = referenced.column;
  return keep(`--undecided mask, but no rule can mask ${name} (${type})`);
}

/** The proposal for the column that gets the rule; where another one's values or name led to it, the reason says so. */
function at(place: Pick<AnonymizationRule, 'tableName' | 'columnName'>, proposal: RuleProposal): RuleProposal {
  const { tableName, columnName } = proposal.rule;
  const isElsewhere = tableName !== place.tableName || columnName !== place.columnName;
  const reason = isElsewhere
    ? `${tableName}.${columnName}, tied to it by a foreign key: ${proposal.reason}`
    : proposal.reason;
  return { ...proposal, rule: { ...proposal.rule, ...place, reason }, reason };
}

function byConfidence(one: RuleProposal, other: RuleProposal): number {
  return Number(other.confidence === 'certain') - Number(one.confidence === 'certain');
}

/** Whether a generator exists is not asked here: the configuration answers when the clone is planned. */
function namedGenerators(rules: readonly AnonymizationRule[]): string[] {
  return rules.flatMap(({ customGenerator }) => customGenerator ?? []);
}
