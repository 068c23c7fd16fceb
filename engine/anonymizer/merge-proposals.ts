import type { AnonymizationRule } from '../../contracts/anonymization.js';
import type { SchemaDefinition } from '../../contracts/schema.js';
import { type ColumnFacts, collectFacts, columnKey, isTextLike } from './column-facts.js';
import { groupColumns } from './column-groups.js';
import { decideColumns, type UndecidedColumn } from './decide-columns.js';
import { checkGroupRule } from './group-rule.js';
import { isBirthDate, proposeMask, proposeRule, type RuleProposal } from './propose-rules.js';

export interface MergeProposalsInput {
  schema: SchemaDefinition;
  /** What is decided already; never changed. */
  rules: readonly AnonymizationRule[];
  /** What becomes of columns that nothing is known about. Absent: they remain. */
  undecided?: 'keep' | 'mask';
}

export interface MergedProposals {
  rules: AnonymizationRule[];
  added: AnonymizationRule[];
  remaining: UndecidedColumn[];
}

/** The rules and every decision that can be made beside them. Columns tied by foreign keys get one rule, on the referenced one. */
export function mergeProposals({ schema, rules, undecided: policy }: MergeProposalsInput): MergedProposals {
  const facts = collectFacts(schema);
  const groups = groupColumns(facts);
  const open = decideColumns({ schema, rules, generators: namedGenerators(rules) }).undecided;
  const named = new Set(
    rules.flatMap(({ tableName, columnName }) =>
      [tableName, `public.${tableName}`].map((table) => columnKey(table, columnName)),
    ),
  );
  const keys = [
    ...open.map(({ table, column }) => columnKey(table, column)),
    ...[...facts.columns].flatMap(([key, column]) => (isBirthDate(column) ? [key] : [])),
  ];
  const added: AnonymizationRule[] = [];
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key)) continue;
    const group = groups.of(key);
    for (const member of group) seen.add(member);
    if (group.some((member) => named.has(member))) continue;
    const members = group.flatMap((member) => facts.columns.get(member) ?? []);
    const rule = decideGroup(members, policy);
    if (rule) added.push(rule);
  }
  const merged = [...rules, ...added];
  const { undecided: remaining } = decideColumns({ schema, rules: merged, generators: namedGenerators(rules) });
  return { rules: merged, added, remaining };
}

function decideGroup(
  members: readonly ColumnFacts[],
  policy: 'keep' | 'mask' | undefined,
): AnonymizationRule | undefined {
  const [referenced] = members;
  if (!referenced) return undefined;
  const place = { tableName: referenced.table, columnName: referenced.column.name };
  const fits = (rule: AnonymizationRule) => checkGroupRule(rule, members, []).length === 0;
  const proposals = members
    .map(proposeRule)
    .filter(({ confidence }) => confidence !== 'none')
    .sort(byConfidence);
  const proposed = proposals.map(({ rule }) => ({ ...rule, ...place })).find(fits);
  if (proposed) return proposed;
  if (!members.some(({ column }) => isTextLike(column.shape))) return undefined;
  if (policy === 'keep') return { ...place, anonymizationType: 'keep', reason: 'undecided: --undecided keep' };
  const mask = policy === 'mask' ? proposeMask(referenced, 'undecided: --undecided mask') : undefined;
  if (mask && fits(mask)) return mask;
  if (policy === undefined) return undefined;
  const { name, type } = referenced.column;
  return {
    ...place,
    anonymizationType: 'keep',
    reason: `undecided: --undecided mask, but no rule can mask ${name} (${type})`,
  };
}

function byConfidence(one: RuleProposal, other: RuleProposal): number {
  return Number(other.confidence === 'certain') - Number(one.confidence === 'certain');
}

/** Whether a generator exists is not asked here: the configuration answers when the clone is planned. */
function namedGenerators(rules: readonly AnonymizationRule[]): string[] {
  return rules.flatMap(({ customGenerator }) => customGenerator ?? []);
}
