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

/** @throws ConfigurationError `RULE_INVALID` with every problem, `UNDECIDED_COLUMNS` with every column and a proposal for it */
export function requireDecided({ source, decided, isCopied }: RequireDecidedInput): void {
  const { problems } = decided;
  if (problems.length > 0) {
    throw new ConfigurationError('RULE_INVALID', ['rules that cannot be followed:', ...problems].join('\n  '), {
      details: { problems: [...problems] },
    });
  }
  const undecided = decided.undecided.filter(({ table }) => isCopied(table));
  if (undecided.length === 0) return;
  const count = undecided.length === 1 ? '1 column' : `${undecided.length} columns`;
  throw new ConfigurationError(
    'UNDECIDED_COLUMNS',
    [`${count} of ${source} that may hold personal data have no rule:`, ...undecided.map(describe)].join('\n  '),
    {
      next: `Decide them with: envclone rules ${source} --write, then review envclone.rules.json.`,
      details: { undecided: [...undecided] },
    },
  );
}

function describe({ table, column, type, proposal }: Undecided): string {
  const { rule, confidence, reason } = proposal;
  const proposed = confidence === 'none' ? 'nothing proposed' : `proposed ${rule.anonymizationType}`;
  return `${table}.${column} (${type}): ${proposed}; ${reason}`;
}
