import type { Readable } from 'node:stream';

/** One row of int8 columns. The arrays are reused for the next row. */
export interface BigintRow {
  isNull: Uint8Array;
  high: Uint32Array;
  low: Uint32Array;
}

const SIGNATURE_BYTES = 11;
const NULL_LENGTH = -1;

/** Reads a binary COPY whose columns are all int8, row by row. @throws Error when it is something else */
export async function readBigintRows(
  stream: Readable,
  columns: number,
  onRow: (row: BigintRow) => void,
): Promise<void> {
  const row = { isNull: new Uint8Array(columns), high: new Uint32Array(columns), low: new Uint32Array(columns) };
  let rest: Buffer = Buffer.alloc(0);
  let isHeaderRead = false;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    if (!isHeaderRead) {
      const header = headerBytes(buffer);
      if (header === undefined) {
        rest = buffer;
        continue;
      }
      at = header;
      isHeaderRead = true;
    }
    for (let next = readRow(buffer, at, row); next > at; next = readRow(buffer, at, row)) {
      at = next;
      onRow(row);
    }
    rest = buffer.subarray(at);
  }
}

/** Length of signature, flags and extension; `undefined` while they are not all there. */
function headerBytes(buffer: Buffer): number | undefined {
  const fixed = SIGNATURE_BYTES + 8;
  if (buffer.length < fixed) return undefined;
  const header = fixed + buffer.readInt32BE(SIGNATURE_BYTES + 4);
  return buffer.length < header ? undefined : header;
}

/** Fills `row` and returns where the next one begins; `at` itself when no whole row is left. */
function readRow(buffer: Buffer, at: number, row: BigintRow): number {
  if (buffer.length < at + 2) return at;
  const fields = buffer.readInt16BE(at);
  if (fields === -1) return at; // the end of the data
  if (fields !== row.isNull.length) throw new Error(`expected ${row.isNull.length} columns, got ${fields}`);
  let next = at + 2;
  for (let field = 0; field < fields; field++) {
    if (buffer.length < next + 4) return at;
    const length = buffer.readInt32BE(next);
    next += 4;
    row.isNull[field] = length === NULL_LENGTH ? 1 : 0;
    if (length === NULL_LENGTH) continue;
    if (length !== 8) throw new Error(`expected 8 bytes, got ${length}`);
    if (buffer.length < next + 8) return at;
    row.high[field] = buffer.readUInt32BE(next);
    row.low[field] = buffer.readUInt32BE(next + 4);
    next += 8;
  }
  return next;
}
