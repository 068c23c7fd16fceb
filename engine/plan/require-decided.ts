import { ConfigurationError } from '../../contracts/errors.js';
import type { ColumnRule } from '../../contracts/plan.js';

/** What the rules say of every column. */
export interface Decisions {
  /** By `schema.table` (partitions have their root's), then by column. */
  rules: ReadonlyMap<string, ReadonlyMap<string, ColumnRule>>;
  undecided: readonly Undecided[];
  problems: readonly string[];
}

export interface Undecided {
  /** `schema.table` */
  table: string;
  column: string;
  type: string;
  proposal: { rule: { anonymizationType: string }; confidence: string; reason: string };
}

export interface RequireDecidedInput {
  source: string;
  decided: Decisions;
  /** Whether the rows of a table are copied at all. */
  isCopied(table: string): boolean;
}

/** @throws ConfigurationError `RULE_INVALID` with every problem, otherwise `UNDECIDED_COLUMNS`; either names every undecided column and its proposal */
export function requireDecided({ source, decided, isCopied }: RequireDecidedInput): void {
  const { problems } = decided;
  const undecided = decided.undecided.filter(({ table }) => isCopied(table));
  const count = undecided.length === 1 ? '1 column' : `${undecided.length} columns`;
  const columns = [
    `${count} of ${source} that may hold personal data have no rule:`,
    ...undecided.map(describeUndecided),
  ];
  if (problems.length > 0) {
    const lines = ['rules that cannot be followed:', ...problems].join('\n  ');
    throw new ConfigurationError('RULE_INVALID', undecided.length > 0 ? `${lines}\n${columns.join('\n  ')}` : lines, {
      details: { problems: [...problems] },
    });
  }
  if (undecided.length === 0) return;
  throw new ConfigurationError('UNDECIDED_COLUMNS', columns.join('\n  '), {
    next: `Decide them with: envclone rules ${source} --write, then review envclone.rules.json.`,
    details: { undecided },
  });
}

/** `public.users.email (text): proposed email; named like an e-mail address` */
export function describeUndecided({ table, column, type, proposal }: Undecided): string {
  const { rule, confidence, reason } = proposal;
  const proposed = confidence === 'none' ? `${rule.anonymizationType} would fit` : `proposed ${rule.anonymizationType}`;
  return `${table}.${column} (${type}): ${proposed}; ${reason}`;
}
