import type { TablePlan } from '../../contracts/plan.js';
import type { RelationName } from '../../contracts/relations.js';
import type { CopyProof, CopyVerification, ValidationError } from '../../contracts/validation.js';
import { translatePostgresError } from '../postgres/errors.js';
import { quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { batchesByWeight } from './batches-by-weight.js';
import { encodingOf } from './check.js';
import { type ChecksumSubject, checksumSubjects } from './checksum-subjects.js';
import { type ChecksumPart, checksumTables, compareChecksums, type TableChecksum } from './checksums.js';
import { readRelations } from './relations.js';

export interface VerifyCopyInput {
  /** Each once. */
  tables: readonly TablePlan[];
  proof: CopyProof;
  /** Sessions that see the source as the copy saw it. */
  openSource(signal: AbortSignal): Promise<Session>;
  openTarget(signal: AbortSignal): Promise<Session>;
  signal?: AbortSignal;
  /** Called as tables are done, with their number on both sides together. */
  onProgress?(done: number): void;
}

export interface VerifiedCopy extends CopyVerification {
  errors: ValidationError[];
}

const SESSIONS_A_SIDE = 2;

/**
 * Asks both sides at the same time for the number of each table's rows and, for `checksums`, for a hash of all values that no rule masks. What
 * differs is in the result. @throws ConnectionError `SNAPSHOT_LOST`, `CONNECTION_FAILED`; DataError `COPY_FAILED` when a table cannot be read
 */
export async function verifyCopy(input: VerifyCopyInput): Promise<VerifiedCopy> {
  const { tables, proof, openSource, openTarget, signal, onProgress } = input;
  const subjects = checksumSubjects(tables, proof);
  const failed = new AbortController();
  const stopping = AbortSignal.any([failed.signal, ...(signal ? [signal] : [])]);
  const { isMixedEncoding, storage } = await look(input, stopping);
  let done = 0;
  const sum = async (open: typeof openSource, relationsOf: (subject: ChecksumSubject) => readonly RelationName[]) =>
    sumSide({
      parts: subjects.map((subject) => ({ ...subject, relations: relationsOf(subject) })),
      isMixedEncoding,
      open: () => open(stopping),
      onBatch(size) {
        done += size;
        onProgress?.(done);
      },
    }).catch((error: unknown) => {
      if (!stopping.aborted) failed.abort(error); // the others have nothing left to compare with
      signal?.throwIfAborted();
      throw failed.signal.reason;
    });
  const [source, target] = await Promise.all([
    sum(openSource, ({ sources }) => sources),
    sum(openTarget, ({ target }) => storage.get(quoteRelation(target)) ?? [target]),
  ]);
  return {
    proof,
    tables: tables.length,
    rows: source.reduce((total, { rows }) => total + Number(rows), 0),
    columns: subjects.reduce((total, { columns, sources }) => total + columns.length * sources.length, 0),
    errors: compareChecksums(source, target),
  };
}

/** What has to be known first: where rows that were written into a root are, and how both sides store text. */
async function look({ openSource, openTarget }: VerifyCopyInput, signal: AbortSignal) {
  await using source = await openSource(signal);
  await using target = await openTarget(signal);
  const relations = await readRelations(target);
  return {
    isMixedEncoding: (await encodingOf(source)) !== (await encodingOf(target)),
    storage: new Map([...relations.values()].map((relation) => [quoteRelation(relation), relation.storage])),
  };
}

interface SumInput {
  parts: readonly (ChecksumPart & { sizeBytes: number })[];
  isMixedEncoding: boolean;
  open(): Promise<Session>;
  onBatch(size: number): void;
}

async function sumSide({ parts, isMixedEncoding, open, onBatch }: SumInput): Promise<TableChecksum[]> {
  const waiting = batchesByWeight(parts.map((part, at) => ({ ...part, at })));
  const sums: TableChecksum[] = [];
  const lane = async () => {
    await using session = await open();
    await session.query('set jit = off'); // an expression a column, for tables that are mostly small
    for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
      const batchSums = await checksumBatch(session, batch, { isMixedEncoding });
      for (const [index, sum] of batchSums.entries()) sums[batch[index]?.at ?? 0] = sum;
      onBatch(batch.length);
    }
  };
  const lanes = Math.min(SESSIONS_A_SIDE, waiting.length);
  await Promise.all(Array.from({ length: lanes }, lane));
  return sums;
}

async function checksumBatch(
  session: Session,
  batch: readonly ChecksumPart[],
  encoding: { isMixedEncoding: boolean },
): Promise<TableChecksum[]> {
  try {
    return await checksumTables(session, batch, encoding);
  } catch (error) {
    const [first, ...others] = batch.map(({ label }) => label);
    throw translatePostgresError(error, {
      doing: `comparing ${first}${others.length > 0 ? ` or one of the ${others.length} tables with it` : ''}`,
      environment: session.environment,
      otherwise: 'COPY_FAILED',
    });
  }
}
