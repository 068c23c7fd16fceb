import { DataError } from '../../contracts/errors.js';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { ByteBuffer } from '../postgres/byte-buffer.js';
import { generatorFailure, isCounted, nextMasked, type RowMasker, type RowMaskerInput } from './row-masker.js';
import {
  decodeField,
  escapeBytes,
  escapeField,
  isNullField,
  NULL_FIELD,
  needsEscape,
  unescapeBytes,
} from './text-fields.js';

const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const LAST_ASCII = 0x7f;

/**
 * Masks the rows of `COPY … TO STDOUT (format text)`. A tab or a newline in a value is
 * always escaped, so a raw one always ends a field. Unmasked bytes are moved in runs; only a masked field that a chunk cut in two
 * is kept until its rest arrives, so memory grows with such a field and never with the table.
 */
export class TextRowMasker implements RowMasker {
  rows = 0;
  readonly #input: RowMaskerInput;
  readonly #masks: (ValueMasker | undefined)[];
  readonly #maskedValues: number[];
  readonly #nextMasked: number[];
  #column = 0;
  #isInsideRow = false;
  /** The beginning of a masked field that the last chunks cut. */
  #cut: Buffer[] = [];
  #out = new ByteBuffer(0);
  /** Of one field that has or needs escapes. */
  readonly #value = new ByteBuffer(1024);

  constructor(input: RowMaskerInput) {
    this.#input = input;
    this.#masks = input.columns.map(({ mask }) => mask);
    this.#maskedValues = this.#masks.map(() => 0);
    this.#nextMasked = nextMasked(input.columns);
  }

  push(chunk: Buffer): Buffer {
    this.#out = new ByteBuffer(chunk.length + (chunk.length >> 2) + 256);
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
        this.#out.append(chunk, passed, at);
        passed = stop;
        if (stop === end) {
          this.#keepCut(chunk.subarray(at, stop));
          break;
        }
        if (this.#cut.length > 0) this.#maskCut(chunk.subarray(at, stop));
        else if (isNullField(chunk, at, stop)) passed = at;
        else if (!this.#maskBytes(chunk, at, stop, hasEscape)) {
          this.#maskField(decodeField(chunk, { at, stop, isAscii: seen <= LAST_ASCII, hasEscape }));
        }
        if (chunk[stop] === NEWLINE) this.#endRow();
        else this.#column++;
        at = stop + 1;
      }
    }
    this.#out.append(chunk, passed, end);
    return this.#out.written();
  }

  end(): void {
    if (this.#isInsideRow) throw new DataError('COPY_FAILED', `masking ${this.#input.table}: the last row is cut off`);
  }

  masked(): [column: number, values: number][] {
    return this.#maskedValues.flatMap((values, column) => (isCounted(this.#masks[column]) ? [[column, values]] : []));
  }

  #endRow(): void {
    this.rows++;
    this.#input.endRow?.();
    this.#column = 0;
    this.#isInsideRow = false;
  }

  /** Of a value that its masker does not look at, as much as tells it from NULL. */
  #keepCut(part: Buffer): void {
    const isKnown = this.#masks[this.#column]?.isBlind && this.#cut.some(({ length }) => length > NULL_FIELD.length);
    if (!isKnown) this.#cut.push(part);
  }

  #maskCut(rest: Buffer): void {
    this.#keepCut(rest);
    const field = Buffer.concat(this.#cut);
    this.#cut = [];
    if (isNullField(field, 0, field.length)) this.#out.append(field, 0, field.length);
    else if (this.#masks[this.#column]?.isBlind) this.#maskField('');
    else this.#maskField(decodeField(field, { at: 0, stop: field.length, isAscii: false, hasEscape: true }));
  }

  /** A field without an escape is its value, and nearly always a masked value needs none. */
  #maskBytes(chunk: Buffer, at: number, stop: number, hasEscape: boolean): boolean {
    const mask = this.#masks[this.#column];
    if (!mask?.bytes) return false;
    const out = this.#out;
    const start = out.length;
    try {
      if (hasEscape) {
        this.#value.length = 0;
        unescapeBytes(chunk, at, stop, this.#value);
        if (!mask.bytes(this.#value.bytes, 0, this.#value.length, out)) return false;
      } else if (!mask.bytes(chunk, at, stop, out)) return false;
    } catch (error) {
      throw generatorFailure(error, this.#input, this.#column);
    }
    if (needsEscape(out.bytes, start, out.length)) {
      this.#value.length = 0;
      this.#value.append(out.bytes, start, out.length);
      out.length = start;
      escapeBytes(this.#value.bytes, 0, this.#value.length, out);
    }
    this.#maskedValues[this.#column] = (this.#maskedValues[this.#column] ?? 0) + 1;
    return true;
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
      throw generatorFailure(error, this.#input, column);
    }
  }

  #write(value: string | null): void {
    if (value === null) this.#out.append(NULL_FIELD);
    else this.#out.writeText(escapeField(value));
  }
}
