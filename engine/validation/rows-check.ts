import { type ClonePlan, plannedTables, type TablePlan } from '../../contracts/plan.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { batchesOf, type CheckContext, type CheckOutcome, counted, openTarget } from './check.js';
import { type Relation, readRelations } from './relations.js';
import { filterOf } from './table-filter.js';

const SESSIONS = 3;
const TABLES_A_STATEMENT = 50;

/** Every copied table holds as many rows as the copy measured, and every emptied one none. Counts, never estimates. */
export async function checkRows(context: CheckContext): Promise<CheckOutcome> {
  const { plan, expected } = context;
  if (!plan || !expected) return { errors: [], warnings: [] };
  const relations = await relationsOf(context);
  const outcome: CheckOutcome = { errors: [], warnings: [] };
  const questions = expectedRows(plan, expected.totals);
  const present = questions.filter(({ label, rows }) => {
    if (!relations.has(label)) fail(outcome, label, `${label} is missing in the target`);
    if (rows === undefined) fail(outcome, label, `${label} was planned and never copied`);
    return relations.has(label) && rows !== undefined;
  });
  const counts = await countAll(context, present, relations);
  for (const [at, { label, rows = 0 }] of present.entries()) {
    const found = counts[at] ?? 0;
    if (found !== rows) fail(outcome, label, `${label} has ${counted(found, 'row')}, expected ${rows}`);
  }
  const records = counts.reduce((sum, count) => sum + count, 0);
  return { ...outcome, statistics: { records } };
}

interface RowQuestion {
  label: string;
  /** `undefined`: the copy did not report the table. */
  rows: number | undefined;
  where?: string;
}

/** What each relation of the target must hold; rows that were written into a root are summed there. */
function expectedRows(plan: ClonePlan, totals: readonly { table: string; rows: number }[]): RowQuestion[] {
  const copied = new Map(totals.map(({ table, rows }) => [table, rows]));
  const questions = new Map<string, RowQuestion>();
  for (const table of plannedTables(plan)) {
    const label = relationLabel(table.into ?? table);
    const rows = copied.get(relationLabel(table));
    const known = questions.get(label);
    const sum = rows === undefined || (known && known.rows === undefined) ? undefined : rows + (known?.rows ?? 0);
    questions.set(label, { label, rows: sum, ...filterGiven(table) });
  }
  for (const { table } of plan.emptied) {
    if (!questions.has(table)) questions.set(table, { label: table, rows: 0 });
  }
  return [...questions.values()];
}

function filterGiven({ where }: TablePlan): { where?: string } {
  return where ? { where } : {};
}

async function relationsOf(context: CheckContext): Promise<Map<string, Relation>> {
  await using session = await openTarget(context);
  return await readRelations(session); // the session closes when this returns
}

/** Counts in the order of the questions, over a few sessions. */
async function countAll(
  context: CheckContext,
  questions: readonly RowQuestion[],
  relations: ReadonlyMap<string, Relation>,
): Promise<number[]> {
  const counts = questions.map(() => 0);
  const parts = questions.flatMap(({ label, where }, at) =>
    (relations.get(label)?.storage ?? []).map((relation) => ({ at, relation, where })),
  );
  const waiting = batchesOf(parts, TABLES_A_STATEMENT);
  const worker = async () => {
    await using session = await openTarget(context);
    for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
      for (const { at, rows } of await countBatch(session, batch)) counts[at] = (counts[at] ?? 0) + Number(rows);
    }
  };
  await Promise.all(Array.from({ length: Math.min(SESSIONS, waiting.length) }, worker));
  return counts;
}

interface CountedPart {
  at: number;
  relation: RelationName;
  where: string | undefined;
}

/** Rows: at (the question's index), rows. */
function countBatch(session: Session, parts: readonly CountedPart[]): Promise<{ at: number; rows: string }[]> {
  const selects = parts.map(
    ({ at, relation, where }) =>
      `select ${at} as at, count(*)::text as rows from only ${quoteRelation(relation)} t${filterOf(where)}`,
  );
  return session.query(selects.join('\nunion all\n'));
}

function fail(outcome: CheckOutcome, object: string, message: string): void {
  outcome.errors.push({ code: 'VALIDATION_FAILED', message, object });
}
