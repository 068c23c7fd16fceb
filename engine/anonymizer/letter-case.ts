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
  const domains = new Map<string, Members>();
  for (const [key, rule] of decided) {
    const facts = columns.get(key);
    if (!facts || !GENERATORS[rule.type]) continue;
    const members = domains.get(rule.domain) ?? { ignored: [], distinguishes: [] };
    domains.set(rule.domain, members);
    if (facts.letterCase) members[facts.letterCase].push(facts);
  }
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
    problems: [...decided].flatMap(([key, rule]) => contradiction(rule, columns.get(key), domains)),
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

/** What a generator of that kind keeps different by case alone would be equal to a unique index that ignores it. */
function contradiction(rule: ColumnRule, facts: ColumnFacts | undefined, domains: Map<string, Members>): string[] {
  const [other] = domains.get(rule.domain)?.distinguishes ?? [];
  const isCitext = facts?.column.shape.kind === 'scalar' && facts.column.shape.name === 'citext';
  if (!facts || !other || facts.letterCase !== 'ignored' || isCitext || GENERATORS[rule.type]?.letterCase !== 'keeps')
    return [];
  return [
    `column ${facts.column.name} of ${facts.table}: it is unique whatever the case of letters, and ${other.table}.${other.column.name} of the same domain is unique by it: give one of them a domain of its own`,
  ];
}
