import { DataError } from '../../contracts/errors.js';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { ByteBuffer } from '../postgres/byte-buffer.js';
import { type BinaryValues, binaryValuesOf } from './binary-values.js';
import { generatorFailure, isCounted, type RowMasker, type RowMaskerInput } from './row-masker.js';

interface BinaryMask {
  mask: ValueMasker;
  values: BinaryValues | undefined;
}

const SIGNATURE_BYTES = 11;
/** Signature, flags, and the length of a header extension. */
const HEADER_BYTES = SIGNATURE_BYTES + 4 + 4;
const COUNT_BYTES = 2;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;
const ARRAY_HEADER_BYTES = 12;
const DIMENSION_BYTES = 8;
const TRAILER = -1;
/** One value cannot be a longer string in JavaScript. */
const LONGEST_VALUE = 0x1fffffe8;

/**
 * Masks the rows of `COPY … TO STDOUT (format binary)`. Unmasked bytes are moved in runs; only a masked field that a chunk cut in two is kept
 * until its rest arrives, so memory grows with such a field and never with the table.
 */
export class BinaryRowMasker implements RowMasker {
  rows = 0;
  readonly #input: RowMaskerInput;
  readonly #masks: (BinaryMask | undefined)[];
  readonly #maskedValues: number[];
  #state: 'header' | 'row' | 'field' | 'ended' = 'header';
  #column = 0;
  /** Bytes of an unmasked field, or of the header's extension, that are still to come. */
  #passing = 0;
  /** Bytes of a field that is masked already that are still to come. */
  #skipping = 0;
  /** The beginning of a count or a length that the last chunk cut. */
  #cut: Buffer = Buffer.alloc(0);
  /** The beginning of a masked field, and how much of it is to come. */
  #field: Buffer[] = [];
  #missing = 0;
  #out = new ByteBuffer(0);

  constructor(input: RowMaskerInput) {
    this.#input = input;
    this.#masks = input.columns.map(({ mask, type }) => mask && { mask, values: binaryValuesOf(type) });
    this.#maskedValues = this.#masks.map(() => 0);
  }

  push(chunk: Buffer): Buffer {
    this.#out = new ByteBuffer(chunk.length + (chunk.length >> 2) + 256);
    let from = 0;
    if (this.#missing > 0) {
      from = this.#collect(chunk);
      if (this.#missing > 0) return this.#out.written();
    }
    const bytes = this.#cut.length > 0 ? Buffer.concat([this.#cut, chunk]) : chunk;
    this.#cut = Buffer.alloc(0);
    this.#walk(bytes, from);
    return this.#out.written();
  }

  end(): void {
    if (this.#state !== 'ended') {
      throw new DataError('COPY_FAILED', `masking ${this.#input.table}: the last row is cut off`);
    }
  }

  masked(): [column: number, values: number][] {
    return this.#maskedValues.flatMap((values, column) =>
      isCounted(this.#masks[column]?.mask) ? [[column, values]] : [],
    );
  }

  /** Bytes before `passed` are in the output; what cannot be read yet is kept for the next chunk. */
  #walk(bytes: Buffer, start: number): void {
    const end = bytes.length;
    const columns = this.#masks.length;
    let passed = start;
    let at = start;
    for (;;) {
      if (this.#passing > 0) {
        const step = Math.min(this.#passing, end - at);
        this.#passing -= step;
        at += step;
        if (this.#passing > 0) break;
      }
      if (this.#skipping > 0) {
        const step = Math.min(this.#skipping, end - at);
        this.#skipping -= step;
        at += step;
        passed = at;
        if (this.#skipping > 0) break;
      }
      if (this.#state === 'field') {
        if (end - at < LENGTH_BYTES) break;
        const length = readInt32(bytes, at);
        const field = at + LENGTH_BYTES;
        if (length === NULL_LENGTH || this.#masks[this.#column] === undefined) {
          at = field;
          if (length > 0) this.#passing = length;
        } else {
          this.#out.append(bytes, passed, at);
          if (this.#masks[this.#column]?.mask.isBlind) {
            this.#mask(bytes, field, field);
            this.#skipping = length;
          } else if (end - field < length) {
            this.#field = [bytes.subarray(field, end)];
            this.#missing = length - (end - field);
            return;
          } else {
            this.#mask(bytes, field, field + length);
            this.#skipping = length;
          }
          at = field;
          passed = field;
        }
        this.#endField(columns);
      } else if (this.#state === 'row') {
        if (end - at < COUNT_BYTES) break;
        const count = (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16)) >> 16;
        at += COUNT_BYTES;
        this.#beginRow(count, columns);
      } else if (this.#state === 'header') {
        if (end - at < HEADER_BYTES) break;
        this.#passing = readInt32(bytes, at + HEADER_BYTES - LENGTH_BYTES);
        at += HEADER_BYTES;
        this.#state = 'row';
      } else {
        break;
      }
    }
    this.#out.append(bytes, passed, at);
    if (at < end) this.#cut = bytes.subarray(at);
  }

  #beginRow(count: number, columns: number): void {
    if (count === TRAILER) {
      this.#state = 'ended';
    } else if (count !== columns) {
      throw new DataError('COPY_FAILED', `masking ${this.#input.table}: a row has ${count} fields, not ${columns}`);
    } else if (columns === 0) {
      this.rows++;
    } else {
      this.#state = 'field';
      this.#column = 0;
    }
  }

  #endField(columns: number): void {
    if (++this.#column < columns) return;
    this.rows++;
    this.#input.endRow?.();
    this.#state = 'row';
  }

  /** Takes what belongs to the cut field; masks it once it is whole. Returns where the rest of the chunk begins. */
  #collect(chunk: Buffer): number {
    const taken = Math.min(this.#missing, chunk.length);
    this.#field.push(chunk.subarray(0, taken));
    this.#missing -= taken;
    if (this.#missing > 0) return taken;
    const field = Buffer.concat(this.#field);
    this.#field = [];
    this.#mask(field, 0, field.length);
    this.#endField(this.#masks.length);
    return taken;
  }

  #mask(bytes: Buffer, at: number, stop: number): void {
    const column = this.#column;
    const { mask, values } = this.#masks[column] as BinaryMask;
    this.#maskedValues[column] = (this.#maskedValues[column] ?? 0) + 1;
    const lengthAt = this.#out.length;
    this.#out.writeInt32(NULL_LENGTH);
    try {
      const isNull = mask.elements
        ? this.#maskElements({ mask: mask.elements, values }, bytes, at, stop)
        : !this.#maskValue({ mask, values }, bytes, at, stop);
      if (isNull) return;
    } catch (error) {
      throw generatorFailure(error, this.#input, column);
    }
    this.#out.setInt32(lengthAt, this.#out.length - lengthAt - LENGTH_BYTES);
  }

  /** False, and nothing written, when the masked value is null. */
  #maskValue({ mask, values }: BinaryMask, bytes: Buffer, at: number, stop: number): boolean {
    const out = this.#out;
    const start = out.length;
    if (mask.bytes && values?.textAfter !== undefined) {
      out.append(bytes, at, at + values.textAfter);
      if (mask.bytes(bytes, at + values.textAfter, stop, out)) return true;
      out.length = start;
    }
    if (stop - at > LONGEST_VALUE) throw this.#tooLong(this.#column);
    const masked = mask(values && !mask.isBlind ? values.decode(bytes, at, stop) : '');
    if (masked === null) return false;
    if (mask.keeps) {
      out.append(bytes, at, stop);
      return true;
    }
    if (!values) throw new DataError('COPY_FAILED', `masking ${this.#input.table}: the binary wire cannot carry it`);
    values.encode(masked, out);
    return true;
  }

  /** Dimensions, whether any element is null, the elements' type; then two numbers for each dimension, and the elements. Never null itself. */
  #maskElements(element: BinaryMask, bytes: Buffer, start: number, stop: number): false {
    const out = this.#out;
    const header = start + ARRAY_HEADER_BYTES + readInt32(bytes, start) * DIMENSION_BYTES;
    const headerAt = out.length;
    out.append(bytes, start, header);
    for (let at = header; at < stop; ) {
      const length = readInt32(bytes, at);
      const lengthAt = out.length;
      out.writeInt32(NULL_LENGTH);
      at += LENGTH_BYTES;
      if (length === NULL_LENGTH) continue;
      if (this.#maskValue(element, bytes, at, at + length))
        out.setInt32(lengthAt, out.length - lengthAt - LENGTH_BYTES);
      else out.setInt32(headerAt + LENGTH_BYTES, 1);
      at += length;
    }
    return false;
  }

  #tooLong(column: number): DataError {
    const { table, columns } = this.#input;
    return new DataError(
      'GENERATOR_FAILED',
      `masking ${table}: a value of ${columns[column]?.name} is longer than 512 MB, the most that can be masked`,
    );
  }
}

function readInt32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
