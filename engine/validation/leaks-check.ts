import type { ClonePlan, TablePlan } from '../../contracts/plan.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { type CheckContext, type CheckOutcome, encodingOf, openSource, openTarget } from './check.js';
import { isBeyondChance } from './coincidence.js';
import { type ColumnFinding, findEqualValues } from './equal-values.js';
import { coincidenceOf, type LeakSubject, leakSubjects, type MaskedColumn } from './leak-subjects.js';

/**
 * Every masked column is free of its source's values. Both sides are read as hashes, in bounded memory: where a table has a unique key that no rule
 * touches, the value beside the same key must differ; elsewhere no value of the source may appear at all, unless the generator's words are everybody's.
 */
export async function checkLeaks(context: CheckContext): Promise<CheckOutcome> {
  const { plan, source } = context;
  const outcome: CheckOutcome = { errors: [], warnings: [] };
  if (!plan?.units.some(({ tables }) => tables.some(isMasked))) return outcome;
  if (source) {
    await compareWithSource({ context, plan, source, outcome });
  } else {
    outcome.warnings.push({ message: 'masked columns were not compared with their source, which was not given' });
  }
  return outcome;
}

function isMasked({ columns }: TablePlan): boolean {
  return columns.some(({ rule }) => rule && rule.type !== 'keep');
}

interface Comparison {
  context: CheckContext;
  plan: ClonePlan;
  source: ReadOnlySource;
  outcome: CheckOutcome;
}

async function compareWithSource({ context, plan, source: from, outcome }: Comparison): Promise<void> {
  await using target = await openTarget(context);
  await using source = await openSource(from, context.signal);
  const encodings = [await encodingOf(source), await encodingOf(target)];
  const isMixedEncoding = encodings[0] !== encodings[1];
  const isUnicode = encodings.every((encoding) => encoding === 'UTF8');
  for (const subject of await leakSubjects(target, plan, isUnicode)) {
    const { columns, share } = await findEqualValues({
      source,
      target,
      subject,
      isMixedEncoding,
      deep: context.deep ?? false,
    });
    if (share < 1) {
      const message = `${subject.label}: one of ${Math.round(1 / share)} rows, chosen by hash, was compared with the source`;
      outcome.warnings.push({ message, object: subject.label });
    }
    for (const [at, column] of subject.columns.entries()) {
      const finding = columns[at];
      if (finding) judge({ subject, column, finding, outcome });
    }
  }
}

interface Judgement {
  subject: LeakSubject;
  column: MaskedColumn;
  finding: ColumnFinding;
  outcome: CheckOutcome;
}

function judge({ subject, column, finding, outcome }: Judgement): void {
  const { equalRows, equal, compared } = finding;
  if (equalRows === 0) return;
  const { odds } = coincidenceOf(column, subject);
  const where = `${subject.label}.${column.name}`;
  const what = subject.key ? describeRows(equalRows) : describeValues(equal);
  if (odds !== 'certain' && isBeyondChance({ equal, compared, odds })) {
    const of = odds === 0 ? '' : ` (${equal} of ${compared} different values, more than chance explains)`;
    outcome.errors.push({ code: 'VALIDATION_FAILED', message: `${where}: ${what}${of}`, object: subject.label });
  } else if (equal >= compared) {
    outcome.warnings.push({
      message: `${where}: every value (${compared} different) is one of the source; too few to tell masked from kept`,
      object: subject.label,
    });
  }
}

function describeRows(count: number): string {
  return count === 1 ? '1 row holds the value of its source' : `${count} rows hold the value of their source`;
}

function describeValues(count: number): string {
  return count === 1 ? '1 value of the source is in the target' : `${count} values of the source are in the target`;
}
