import { DataError, EnvcloneError } from '../../contracts/errors.js';
import { decodeField, escapeField, isNullField, NULL_FIELD } from './copy-text.js';

/** Decoded text form of one value that is not null → masked text form. Null stores NULL. */
export type ValueMasker = (value: string) => string | null;

/** One entry per column of the TablePlan; `undefined`: the bytes pass. */
export interface TableMasker {
  columns: (ValueMasker | undefined)[];
}

export interface RowMaskerInput {
  /** `schema.table`, for messages. */
  table: string;
  columns: { name: string; mask: ValueMasker | undefined }[];
}

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BACKSLASH = 0x5c;
const LAST_ASCII = 0x7f;

/** A string no longer than this is written unit by unit: a native call costs more than it saves. */
const SHORT = 64;
/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/**
 * Masks the rows of `COPY … TO STDOUT (format text)` on their way, whatever chunks they come in. A tab or a newline in a value is
 * always escaped, so a raw one always ends a field. Unmasked bytes are moved in runs; only a masked field that a chunk cut in two
 * is kept until its rest arrives, so memory grows with such a field and never with the table.
 */
export class RowMasker {
  /** Rows that have ended. */
  rows = 0;
  readonly #input: RowMaskerInput;
  readonly #masks: (ValueMasker | undefined)[];
  readonly #maskedValues: number[];
  /** By column index: the first masked column at or after it, -1 when the row has none left. */
  readonly #nextMasked: number[];
  #column = 0;
  #isInsideRow = false;
  /** The beginning of a masked field that the last chunks cut. */
  #cut: Buffer[] = [];
  #out: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(input: RowMaskerInput) {
    this.#input = input;
    this.#masks = input.columns.map(({ mask }) => mask);
    this.#maskedValues = this.#masks.map(() => 0);
    this.#nextMasked = this.#masks.map((_, column) => this.#masks.findIndex((mask, at) => at >= column && mask));
  }

  /** The chunk's rows, masked: one new buffer. @throws DataError `GENERATOR_FAILED`, or what a masker throws with a code */
  push(chunk: Buffer): Buffer {
    this.#out = Buffer.allocUnsafe(chunk.length + (chunk.length >> 2) + 256);
    this.#length = 0;
    const end = chunk.length;
    let passed = 0; // bytes before it are in the output or in #cut
    let at = 0;
    while (at < end) {
      this.#isInsideRow = true;
      const masked = this.#nextMasked[this.#column] ?? -1;
      if (masked === -1) {
        const newline = chunk.indexOf(NEWLINE, at);
        at = newline === -1 ? end : newline + 1;
        if (newline !== -1) this.#endRow();
      } else if (masked > this.#column) {
        while (at < end && this.#column < masked) if (chunk[at++] === TAB) this.#column++;
      } else {
        let stop = at;
        let seen = 0; // all bytes, or-ed
        let hasEscape = false;
        for (; stop < end; stop++) {
          const byte = chunk[stop] as number;
          if (byte === TAB || byte === NEWLINE) break;
          if (byte === BACKSLASH) hasEscape = true;
          seen |= byte;
        }
        this.#append(chunk, passed, at);
        passed = stop;
        if (stop === end) {
          this.#cut.push(chunk.subarray(at, stop));
          break;
        }
        if (this.#cut.length > 0) this.#maskCut(chunk.subarray(at, stop));
        else if (isNullField(chunk, at, stop)) passed = at;
        else this.#maskField(decodeField(chunk, { at, stop, isAscii: seen <= LAST_ASCII, hasEscape }));
        if (chunk[stop] === NEWLINE) this.#endRow();
        else this.#column++;
        at = stop + 1;
      }
    }
    this.#append(chunk, passed, end);
    return this.#out.subarray(0, this.#length);
  }

  /** @throws DataError `COPY_FAILED` when the last row did not end */
  end(): void {
    if (this.#isInsideRow) throw new DataError('COPY_FAILED', `masking ${this.#input.table}: the last row is cut off`);
  }

  /** By index of a masked column: values given to its masker. NULL is none. */
  masked(): [column: number, values: number][] {
    return this.#maskedValues.flatMap((values, column) => (this.#masks[column] ? [[column, values]] : []));
  }

  #endRow(): void {
    this.rows++;
    this.#column = 0;
    this.#isInsideRow = false;
  }

  #maskCut(rest: Buffer): void {
    const field = Buffer.concat([...this.#cut, rest]);
    this.#cut = [];
    if (isNullField(field, 0, field.length)) this.#append(field, 0, field.length);
    else this.#maskField(decodeField(field, { at: 0, stop: field.length, isAscii: false, hasEscape: true }));
  }

  #maskField(value: string): void {
    const column = this.#column;
    this.#maskedValues[column] = (this.#maskedValues[column] ?? 0) + 1;
    this.#write(this.#call(column, value));
  }

  #call(column: number, value: string): string | null {
    const mask = this.#masks[column];
    if (!mask) return value;
    try {
      return mask(value);
    } catch (error) {
      if (error instanceof EnvcloneError) throw error;
      // No cause: what a generator throws may quote the value it was given.
      const { table, columns } = this.#input;
      throw new DataError('GENERATOR_FAILED', `masking ${table}: the generator of ${columns[column]?.name} threw`);
    }
  }

  #write(value: string | null): void {
    if (value === null) this.#append(NULL_FIELD, 0, NULL_FIELD.length);
    else if (value.length > SHORT || !this.#writeShort(value)) {
      const escaped = escapeField(value);
      this.#reserve(escaped.length * BYTES_PER_UNIT);
      this.#length += this.#out.write(escaped, this.#length, 'utf8');
    }
  }

  /** Nearly every masked value is short ASCII without anything to escape. False, and nothing written, for any other. */
  #writeShort(value: string): boolean {
    this.#reserve(SHORT);
    const out = this.#out;
    let to = this.#length;
    for (let at = 0; at < value.length; at++) {
      const unit = value.charCodeAt(at);
      if (unit > LAST_ASCII || unit === BACKSLASH || unit === TAB || unit === NEWLINE || unit === RETURN) return false;
      out[to++] = unit;
    }
    this.#length = to;
    return true;
  }

  #append(from: Buffer, at: number, stop: number): void {
    if (stop <= at) return;
    this.#reserve(stop - at);
    this.#length += from.copy(this.#out, this.#length, at, stop);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#out.length) return;
    const larger = Buffer.allocUnsafe((this.#length + bytes) * 2);
    this.#out.copy(larger, 0, 0, this.#length);
    this.#out = larger;
  }
}
