import { type ClonePlan, isMasked } from '../../contracts/plan.js';
import { inLanes, type LaneSession } from '../postgres/lanes.js';
import type { Session } from '../postgres/session.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { type CheckContext, type CheckOutcome, encodingOf, openSource, openTarget } from './check.js';
import { isBeyondChance } from './coincidence.js';
import { type ColumnFinding, type EqualValues, findEqualValues } from './equal-values.js';
import { coincidenceOf, type LeakSubject, leakSubjects, type MaskedColumn } from './leak-subjects.js';

/**
 * Every masked column is free of its source's values. Both sides are read as hashes, in bounded memory: where a table has a unique key that no rule
 * touches, the value beside the same key must differ; elsewhere no value of the source may appear at all, unless the generator's words are everybody's.
 */
export async function checkLeaks(context: CheckContext): Promise<CheckOutcome> {
  const { plan, source } = context;
  const outcome: CheckOutcome = { errors: [], warnings: [] };
  if (!plan?.units.some(({ tables }) => tables.some(({ columns }) => columns.some(isMasked)))) return outcome;
  if (source) {
    await compareWithSource({ context, plan, source, outcome });
  } else {
    outcome.warnings.push({ message: 'masked columns were not compared with their source, which was not given' });
  }
  return outcome;
}

interface Comparison {
  context: CheckContext;
  plan: ClonePlan;
  source: ReadOnlySource;
  outcome: CheckOutcome;
}

/** Tables compared at the same time, each pair of sessions with hashes of its own in memory. */
const LANES = 2;

async function compareWithSource({ context, plan, source, outcome }: Comparison): Promise<void> {
  await using sides = await openSides(context, source);
  const encodings = [await encodingOf(sides.source), await encodingOf(sides.target)];
  const isMixedEncoding = encodings[0] !== encodings[1];
  const isUnicode = encodings.every((encoding) => encoding === 'UTF8');
  const subjects = await leakSubjects(sides.target, plan, { isUnicode });
  const found = new Map<LeakSubject, EqualValues>();
  await inLanes({
    tasks: subjects,
    session: sides,
    lanes: LANES,
    connect: () => openSides(context, source),
    async work(own, subject) {
      found.set(subject, await findEqualValues({ ...own, subject, isMixedEncoding, deep: context.deep ?? false }));
    },
  });
  for (const subject of subjects) report(subject, found.get(subject), outcome);
}

interface Sides extends LaneSession {
  source: Session;
  target: Session;
}

async function openSides(context: CheckContext, from: ReadOnlySource): Promise<Sides> {
  const target = await openTarget(context);
  try {
    const source = await openSource(from, context.signal);
    const both = (work: (session: Session) => Promise<void>) => Promise.all([source, target].map(work)).then(() => {});
    return {
      source,
      target,
      cancel: () => both((session) => session.cancel()),
      [Symbol.asyncDispose]: () => both((session) => session.close()),
    };
  } catch (error) {
    await target.close();
    throw error;
  }
}

function report(subject: LeakSubject, values: EqualValues | undefined, outcome: CheckOutcome): void {
  if (!values) return;
  const { columns, share } = values;
  if (share < 1) {
    const message = `${subject.label}: one of ${Math.round(1 / share)} rows, chosen by hash, was compared with the source`;
    outcome.warnings.push({ message, object: subject.label });
  }
  for (const [at, column] of subject.columns.entries()) {
    const finding = columns[at];
    if (finding) judge({ subject, column, finding, outcome });
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
