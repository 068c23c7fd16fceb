import { DataError, EnvcloneError } from '../../contracts/errors.js';
import type { ValueMasker } from '../../contracts/value-masker.js';

export interface MaskedColumn {
  name: string;
  /** Scalar type as the catalog names it; of an array, its elements'. */
  type: string;
  mask: ValueMasker | undefined;
}

export interface RowMaskerInput {
  /** `schema.table`, for messages. */
  table: string;
  columns: MaskedColumn[];
  /** Called behind each row. */
  endRow?: (() => void) | undefined;
}

/** Masks the rows of one COPY on their way, whatever chunks they come in. */
export interface RowMasker {
  /** Rows that have ended. */
  readonly rows: number;
  /** The chunk's rows, masked: one new buffer. @throws DataError `GENERATOR_FAILED`, or what a masker throws with a code */
  push(chunk: Buffer): Buffer;
  /** @throws DataError `COPY_FAILED` when the last row did not end */
  end(): void;
  /** By index of a masked column: values given to its masker. NULL is none, and columns that are only read are not in it. */
  masked(): [column: number, values: number][];
}

/** A masker's failure as people may read it. No cause: what a generator throws may quote the value it was given. */
export function generatorFailure(error: unknown, { table, columns }: RowMaskerInput, column: number): EnvcloneError {
  if (error instanceof EnvcloneError) return error;
  return new DataError('GENERATOR_FAILED', `masking ${table}: the generator of ${columns[column]?.name} threw`);
}

/** By column index: the first masked column at or after it, -1 when the row has none left. */
export function nextMasked(columns: readonly MaskedColumn[]): number[] {
  return columns.map((_, column) => columns.findIndex(({ mask }, at) => at >= column && mask !== undefined));
}

export function isCounted(mask: ValueMasker | undefined): boolean {
  return mask !== undefined && !mask.keeps;
}
