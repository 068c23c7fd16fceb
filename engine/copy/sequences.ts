import type { SequenceDefinition } from '../../contracts/schema.js';
import { translatePostgresError } from '../postgres/errors.js';
import { quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget, ReadOnlySource } from '../safety/proofs.js';

export interface CopySequencesInput {
  source: ReadOnlySource;
  target: ConfirmedTarget;
  sequences: readonly SequenceDefinition[];
  signal?: AbortSignal;
}

/**
 * Sets the target's sequences to what the source's are now. Call it after the rows: sequences know no snapshot, and one that is
 * ahead of the rows does no harm, while one behind them gives out keys that are taken.
 */
export async function copySequences({ source, target, sequences, signal }: CopySequencesInput): Promise<void> {
  if (sequences.length === 0) return;
  const aborting = signal ? { signal } : {};
  await using session = await source.connect({ purpose: 'sequences', ...aborting });
  await setSequences(target, await readSequences(session, sequences), aborting);
}

/** Every sequence holds a lock until its batch is done. */
const SEQUENCES_PER_STATEMENT = 500;

/** The sequences as they are now. One that is gone meanwhile keeps the value it came with. */
export async function readSequences(
  session: Session,
  sequences: readonly SequenceDefinition[],
): Promise<SequenceDefinition[]> {
  try {
    const read: SequenceDefinition[] = [];
    for (const batch of batchesOf(sequences)) read.push(...(await readBatch(session, batch)));
    return read;
  } catch (error) {
    throw translatePostgresError(error, {
      doing: 'reading sequences',
      environment: session.environment,
      otherwise: 'SCHEMA_UNREADABLE',
    });
  }
}

async function readBatch(session: Session, batch: readonly SequenceDefinition[]): Promise<SequenceDefinition[]> {
  const present = await session.query<{ index: number }>(
    `select (index - 1)::int as index
       from unnest($1::text[]) with ordinality as asked(name, index)
      where to_regclass(name) is not null`,
    [batch.map(quoteRelation)],
  );
  if (present.length === 0) return [...batch];
  const values = await session.query<{ index: number; lastValue: string; isCalled: boolean }>(
    present.map(({ index }) => valueSql(index, batch[index])).join('\nunion all\n'),
  );
  const valueByIndex = new Map(values.map(({ index, ...value }) => [index, value]));
  return batch.map((sequence, index) => ({ ...sequence, ...valueByIndex.get(index) }));
}

function valueSql(index: number, sequence: SequenceDefinition | undefined): string {
  if (!sequence) throw new RangeError('no sequence at this index');
  return `select ${index} as index, last_value::text as "lastValue", is_called as "isCalled" from ${quoteRelation(sequence)}`;
}

/** Gives sequences their values. @throws SchemaError `SCHEMA_STATEMENT_FAILED` naming one that the target does not have */
export async function setSequences(
  target: ConfirmedTarget,
  sequences: readonly SequenceDefinition[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  if (sequences.length === 0) return;
  await using session = await target.connect({ purpose: 'sequences', ...(signal && { signal }) });
  try {
    for (const batch of batchesOf(sequences)) await session.query(SET_SEQUENCES, parametersOf(batch));
  } catch (error) {
    signal?.throwIfAborted();
    throw translatePostgresError(error, {
      doing: 'setting sequences',
      environment: session.environment,
      otherwise: 'SCHEMA_STATEMENT_FAILED',
    });
  }
}

const SET_SEQUENCES = `
  select setval(name::regclass, last_value, is_called)
    from unnest($1::text[], $2::bigint[], $3::boolean[]) as given(name, last_value, is_called)
`;

function parametersOf(sequences: readonly SequenceDefinition[]): unknown[] {
  return [
    sequences.map(quoteRelation),
    sequences.map(({ lastValue }) => lastValue),
    sequences.map(({ isCalled }) => isCalled),
  ];
}

function batchesOf<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / SEQUENCES_PER_STATEMENT);
  return Array.from({ length: count }, (_, at) =>
    items.slice(at * SEQUENCES_PER_STATEMENT, (at + 1) * SEQUENCES_PER_STATEMENT),
  );
}
