import type { ClonePlan } from '../../contracts/plan.js';
import type { SchemaDiff } from '../../contracts/schema.js';
import type { EnvironmentStatistics, ValidationError, ValidationWarning } from '../../contracts/validation.js';
import type { Session } from '../postgres/session.js';
import type { ReadOnlySource } from '../safety/proofs.js';

/** What the stages before measured. */
export interface Expectation {
  /** Rows that the copy stored, by the `schema.table` they were read from. */
  totals: { table: string; rows: number }[];
  schemaDiff: SchemaDiff;
}

/** What every check is given. Without a source or a plan a check does what it can do without. */
export interface CheckContext {
  target: ReadOnlySource;
  source?: ReadOnlySource;
  plan?: ClonePlan;
  expected?: Expectation;
  /** Also prove what PostgreSQL guarantees by itself, and compare all rows of the largest tables. Default `false`. */
  deep?: boolean;
  signal?: AbortSignal;
}

export interface CheckOutcome {
  errors: ValidationError[];
  warnings: ValidationWarning[];
  statistics?: Partial<EnvironmentStatistics>;
}

/** One question about a clone. */
export type Check = (context: CheckContext) => Promise<CheckOutcome>;

/** A session on the target that fails, instead of seeing less, where a policy would hide rows from its role. */
export async function openTarget({ target, signal }: CheckContext): Promise<Session> {
  const session = await target.connect({ purpose: 'validate', ...(signal && { signal }) });
  await session.query('set row_security = off');
  return session;
}

export async function openSource(source: ReadOnlySource, signal?: AbortSignal): Promise<Session> {
  return source.connect({ purpose: 'validate', ...(signal && { signal }) });
}

/** Asks target and source the same question; the source's answer is `undefined` when there is no source. */
export async function askBoth<Answer>(
  context: CheckContext,
  question: (session: Session) => Promise<Answer>,
): Promise<{ target: Answer; source: Answer | undefined }> {
  await using session = await openTarget(context);
  const target = await question(session);
  if (!context.source) return { target, source: undefined };
  await using source = await openSource(context.source, context.signal);
  return { target, source: await question(source) };
}

/** How a database stores text: `UTF8`. */
export async function encodingOf(session: Session): Promise<string> {
  const { encoding } = await session.one<{ encoding: string }>(`select current_setting('server_encoding') as encoding`);
  return encoding;
}

/** Of an alias `n` of pg_namespace: schemas that are neither PostgreSQL's nor envclone's. */
export const IS_USER_SCHEMA = "n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'envclone')";

/** `1 row`, `2 rows` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Slices of at most `size`, for statements made of many parts. */
export function batchesOf<Item>(items: readonly Item[], size: number): Item[][] {
  const batches: Item[][] = [];
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size));
  return batches;
}
