import type { ColumnRule } from '../../contracts/plan.js';
import type { ColumnFacts } from './column-facts.js';
import type { Generator } from './generator.js';
import { GENERATORS } from './generators/index.js';

/**
 * Says of each domain whether the case of letters counts. Of e-mail addresses it does not, unless one of the domain's columns is unique by it;
 * of other values it does, unless one of the columns takes `A` and `a` for one: then all do. `problems`: columns of one domain that contradict.
 */
export function foldCase(
  decided: ReadonlyMap<string, ColumnRule>,
  columns: ReadonlyMap<string, ColumnFacts>,
): { rules: Map<string, ColumnRule>; problems: string[] } {
  const domains = membersOf(decided, columns);
  const isFolded = ({ letterCase }: Generator, domain: string) => {
    const members = domains.get(domain);
    return members?.distinguishes.length === 0 && (letterCase === 'folds' || members.ignored.length > 0);
  };
  const leaves = leavesLike([...decided.values()], isFolded);
  const rules = [...decided].map(([key, rule]): [string, ColumnRule] => {
    if (rule.type === 'json') return [key, { ...rule, ...leaves }];
    const generator = GENERATORS[rule.type];
    return [key, generator && isFolded(generator, rule.domain) ? { ...rule, foldsCase: true } : rule];
  });
  return {
    rules: new Map(rules),
    problems: [...caseClashes(decided, columns)].flatMap(([key, other]) => clashing(columns.get(key), other)),
  };
}

/** What documents have to know of the columns of a generator's own domain, which leaves are masked like. */
function leavesLike(
  decided: readonly ColumnRule[],
  isFolded: (generator: Generator, domain: string) => boolean,
): Pick<ColumnRule, 'uniqueLeaves' | 'foldedLeaves'> {
  const generators = Object.values(GENERATORS);
  const isUnique = ({ name, family }: Generator) =>
    decided.some(({ type, domain, isUnique }) => isUnique && type === name && domain === family);
  const uniqueLeaves = generators.filter(isUnique).map(({ name }) => name);
  const foldedLeaves = generators.filter((generator) => isFolded(generator, generator.family)).map(({ name }) => name);
  return {
    ...(uniqueLeaves.length > 0 && { uniqueLeaves }),
    ...(foldedLeaves.length > 0 && { foldedLeaves }),
  };
}

interface Members {
  ignored: ColumnFacts[];
  distinguishes: ColumnFacts[];
}

/** By domain. */
function membersOf(
  decided: ReadonlyMap<string, ColumnRule>,
  columns: ReadonlyMap<string, ColumnFacts>,
): Map<string, Members> {
  const domains = new Map<string, Members>();
  for (const [key, rule] of decided) {
    const facts = columns.get(key);
    if (!facts || !GENERATORS[rule.type]) continue;
    const members = domains.get(rule.domain) ?? { ignored: [], distinguishes: [] };
    domains.set(rule.domain, members);
    if (facts.letterCase) members[facts.letterCase].push(facts);
  }
  return domains;
}

/**
 * Columns, by their key, that are unique whatever the case of letters, each with one of its domain that is unique by it: what a generator of that kind
 * keeps different by case alone would be equal to their index.
 */
export function caseClashes(
  decided: ReadonlyMap<string, ColumnRule>,
  columns: ReadonlyMap<string, ColumnFacts>,
): Map<string, ColumnFacts> {
  const domains = membersOf(decided, columns);
  const clashes = new Map<string, ColumnFacts>();
  for (const [key, rule] of decided) {
    const facts = columns.get(key);
    const [other] = domains.get(rule.domain)?.distinguishes ?? [];
    const isCitext = facts?.column.shape.kind === 'scalar' && facts.column.shape.name === 'citext';
    if (!other || facts?.letterCase !== 'ignored' || isCitext) continue;
    if (GENERATORS[rule.type]?.letterCase === 'keeps') clashes.set(key, other);
  }
  return clashes;
}

function clashing(facts: ColumnFacts | undefined, other: ColumnFacts): string[] {
  if (!facts) return [];
  return [
    `column ${facts.column.name} of ${facts.table}: it is unique whatever the case of letters, and ${other.table}.${other.column.name} of the same domain is unique by it: give one of them a domain of its own`,
  ];
}
