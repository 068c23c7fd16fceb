import { translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import { type CopiedRow, readCopiedRows } from './copied-rows.js';
import { DistinctCounter } from './distinct-counter.js';
import { HashSet } from './hash-set.js';
import { copyHashes, type LeakPass, type SourceTexts } from './leak-sql.js';
import type { LeakSubject } from './leak-subjects.js';

/** Hashes in memory at once, for each of the tables compared side by side: 17 MB with the free slots between them, 25 MB while the set grows. */
const HASHES_A_PASS = 1_450_000;
/** Each pass reads the table again; beyond these a sample of the rows has to do, unless all are asked for. */
const MOST_PASSES = 4;

export interface EqualValuesInput {
  source: Session;
  target: Session;
  subject: LeakSubject;
  isMixedEncoding: boolean;
  /** Compare everything, however many passes that takes. */
  deep: boolean;
  /** Default 1.45 million. */
  hashesAPass?: number;
}

export interface ColumnFinding {
  /** Rows of the target whose value is the source's. */
  equalRows: number;
  /** Different values among those rows, and among all that were compared; estimates from a million on. */
  equal: number;
  compared: number;
}

export interface EqualValues {
  columns: ColumnFinding[];
  /** The share of the values that was compared: 1, or less for a sample. */
  share: number;
}

/**
 * Finds values of masked columns that are the same in source and target, part by part so that memory stays the same for any table. Whether an
 * equal value is evidence takes patterns, which cost more than all the rest: it is asked where values are equal at all.
 */
export async function findEqualValues(input: EqualValuesInput): Promise<EqualValues> {
  const { subject } = input;
  const found = await compare(input, 'candidates');
  const suspects = subject.columns.filter((_, at) => (found.columns[at]?.equalRows ?? 0) > 0);
  if (suspects.length === 0) return found;
  const proven = await compare({ ...input, subject: { ...subject, columns: suspects } }, 'evidence');
  return {
    columns: subject.columns.map(
      (column, at) => proven.columns[suspects.indexOf(column)] ?? (found.columns[at] as ColumnFinding),
    ),
    share: Math.min(found.share, proven.share),
  };
}

async function compare(input: EqualValuesInput, texts: SourceTexts): Promise<EqualValues> {
  const { subject, deep, hashesAPass = HASHES_A_PASS } = input;
  for (let passes = passesFor(subject, hashesAPass); ; passes *= 2) {
    const count = deep ? passes : Math.min(passes, MOST_PASSES);
    const tallies = subject.columns.map(() => new ColumnTally());
    if (await runPasses(input, { passes, count, hashesAPass, texts, tallies })) {
      return { columns: tallies.map((tally) => tally.finding()), share: count / passes };
    }
  }
}

function passesFor({ estimatedRows, columns, key }: LeakSubject, hashesAPass: number): number {
  if (!key) return 1; // how many different values there are shows on the way
  return 2 ** Math.max(0, Math.ceil(Math.log2((estimatedRows * columns.length) / hashesAPass)));
}

class ColumnTally {
  #equalRows = 0;
  #equal = new DistinctCounter();
  #compared = new DistinctCounter();

  see(valueHash: number, isEqual: boolean): void {
    this.#compared.add(valueHash);
    if (!isEqual) return;
    this.#equalRows++;
    this.#equal.add(valueHash);
  }

  finding(): ColumnFinding {
    return { equalRows: this.#equalRows, equal: this.#equal.count, compared: this.#compared.count };
  }
}

interface Passes {
  passes: number;
  count: number;
  hashesAPass: number;
  texts: SourceTexts;
  tallies: ColumnTally[];
}

/** False when a pass held more hashes than it may: the table needs more passes. */
async function runPasses(
  input: EqualValuesInput,
  { passes, count, hashesAPass, texts, tallies }: Passes,
): Promise<boolean> {
  for (let pass = 0; pass < count; pass++) {
    const hashes = new HashSet();
    if (!(await collectSource(input, { pass, passes, texts }, hashes, hashesAPass))) return false;
    if (hashes.size > 0) await probeTarget(input, { pass, passes }, hashes, tallies);
  }
  return true;
}

async function collectSource(
  { source, subject, isMixedEncoding }: EqualValuesInput,
  part: LeakPass & { texts: SourceTexts },
  hashes: HashSet,
  most: number,
): Promise<boolean> {
  for (const relation of subject.sources) {
    const sql = copyHashes({ subject, relation, isMixedEncoding, ...part, side: 'source' });
    await readHashes(source, subject, sql, subject.columns.length, ({ bytes, starts }) => {
      if (hashes.size > most) return; // read on, so that the session stays usable
      for (const start of starts) {
        if (start !== -1) hashes.add(bytes.readUInt32BE(start), bytes.readUInt32BE(start + WORD_BYTES));
      }
    });
    if (hashes.size > most) return false;
  }
  return true;
}

async function probeTarget(
  { target, subject, isMixedEncoding }: EqualValuesInput,
  part: LeakPass,
  hashes: HashSet,
  tallies: readonly ColumnTally[],
): Promise<void> {
  const width = subject.key ? 2 : 1;
  for (const relation of subject.storage) {
    const sql = copyHashes({ subject, relation, isMixedEncoding, ...part, side: 'target' });
    await readHashes(target, subject, sql, width * subject.columns.length, ({ bytes, starts }) => {
      for (const [column, tally] of tallies.entries()) {
        const start = starts[width * column] ?? -1;
        if (start === -1) continue;
        const valueHash = bytes.readUInt32BE(starts[width * column + width - 1] ?? start);
        tally.see(valueHash, hashes.has(bytes.readUInt32BE(start), bytes.readUInt32BE(start + WORD_BYTES)));
      }
    });
  }
}

/** A hash is one int8. */
const WORD_BYTES = 4;

async function readHashes(
  session: Session,
  { label }: LeakSubject,
  sql: string,
  columns: number,
  onRow: (row: CopiedRow) => void,
): Promise<void> {
  try {
    await readCopiedRows(session.copyOut(sql), columns, onRow);
  } catch (error) {
    const { environment } = session;
    throw translatePostgresError(error, { doing: `comparing ${label}`, environment, otherwise: 'COPY_FAILED' });
  }
}
