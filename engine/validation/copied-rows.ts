import type { Readable } from 'node:stream';

/** One row of a binary COPY. The object and its arrays are reused for the next row, and its bytes are the stream's. */
export interface CopiedRow {
  bytes: Buffer;
  /** Where each field begins; -1 where it is NULL. */
  starts: Int32Array;
  /** Where it ends. */
  stops: Int32Array;
}

const SIGNATURE_BYTES = 11;
/** Signature, flags, and the length of a header extension. */
const HEADER_BYTES = SIGNATURE_BYTES + 4 + 4;
const COUNT_BYTES = 2;
const LENGTH_BYTES = 4;
const TRAILER = -1;
const NULL_LENGTH = -1;

/** Reads `COPY … TO STDOUT (format binary)` row by row; of the table, one row and what came with it is in memory. @throws Error when it has other columns */
export async function readCopiedRows(
  stream: Readable,
  columns: number,
  onRow: (row: CopiedRow) => void,
): Promise<void> {
  const row: CopiedRow = { bytes: Buffer.alloc(0), starts: new Int32Array(columns), stops: new Int32Array(columns) };
  let read: typeof readRow = readHeader;
  let cut: Buffer[] = [];
  let cutBytes = 0;
  /** With fewer, the next row is still cut. */
  let needed = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    cut.push(chunk);
    cutBytes += chunk.length;
    if (cutBytes < needed) continue;
    row.bytes = cut.length === 1 ? chunk : Buffer.concat(cut);
    let at = 0;
    for (let next = read(row, at); ; next = read(row, at)) {
      if (next < 0) {
        needed = -next - at;
        break;
      }
      at = next;
      if (read === readRow) onRow(row);
      else read = readRow;
    }
    cutBytes = row.bytes.length - at;
    cut = cutBytes > 0 ? [row.bytes.subarray(at)] : [];
  }
}

/** Where the first row begins; below zero, how many bytes have to be there first. */
function readHeader({ bytes }: CopiedRow): number {
  if (bytes.length < HEADER_BYTES) return -HEADER_BYTES;
  const stop = HEADER_BYTES + bytes.readInt32BE(HEADER_BYTES - LENGTH_BYTES);
  return bytes.length < stop ? -stop : stop;
}

/** Fills `row` and says where the next one begins; below zero, how many bytes have to be there first. */
function readRow(row: CopiedRow, at: number): number {
  const { bytes, starts, stops } = row;
  let next = at + COUNT_BYTES;
  if (bytes.length < next) return -next;
  const fields = bytes.readInt16BE(at);
  if (fields === TRAILER) return -Infinity;
  if (fields !== starts.length) throw new Error(`expected ${starts.length} columns, got ${fields}`);
  for (let field = 0; field < fields; field++) {
    const start = next + LENGTH_BYTES;
    if (bytes.length < start) return -start;
    const length = bytes.readInt32BE(next);
    const isNull = length === NULL_LENGTH;
    next = isNull ? start : start + length;
    if (bytes.length < next) return -next;
    starts[field] = isNull ? -1 : start;
    stops[field] = next;
  }
  return next;
}
