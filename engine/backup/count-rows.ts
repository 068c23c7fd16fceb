import { DataError } from '../../contracts/errors.js';
import { ByteQueue } from '../artifacts/byte-queue.js';

/** Counts the rows of a COPY stream without keeping them. @throws DataError `RESTORE_POINT_DAMAGED` for what is no whole COPY stream */
export async function countRows(chunks: AsyncIterable<Buffer>, format: 'binary' | 'text'): Promise<number> {
  return format === 'binary' ? countTuples(chunks) : countLines(chunks);
}

/** Text escapes the newlines of values. */
async function countLines(chunks: AsyncIterable<Buffer>): Promise<number> {
  let rows = 0;
  let last = NEWLINE;
  for await (const chunk of chunks) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) rows += 1;
    last = chunk.at(-1) ?? last;
  }
  if (last !== NEWLINE) throw new DataError('RESTORE_POINT_DAMAGED', 'the last row is not whole');
  return rows;
}

const NEWLINE = 0x0a;
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const FLAGS_BYTES = 4;
const END = -1;

/** https://www.postgresql.org/docs/current/sql-copy.html, “Binary Format”: a header, rows of counted fields, a row of −1 fields. */
async function countTuples(chunks: AsyncIterable<Buffer>): Promise<number> {
  const reader = createReader(chunks);
  if (!(await reader.take(SIGNATURE.length)).equals(SIGNATURE)) throw broken();
  await reader.skip(FLAGS_BYTES);
  await reader.skip((await reader.take(4)).readInt32BE());
  for (let rows = 0; ; rows++) {
    const fields = (await reader.take(2)).readInt16BE();
    if (fields === END) {
      if (await reader.hasMore()) throw broken();
      return rows;
    }
    if (fields < 0) throw broken();
    for (let field = 0; field < fields; field++) {
      const size = (await reader.take(4)).readInt32BE();
      if (size < -1) throw broken();
      if (size > 0) await reader.skip(size);
    }
  }
}

function createReader(chunks: AsyncIterable<Buffer>) {
  const source = chunks[Symbol.asyncIterator]();
  const queue = new ByteQueue();
  async function more(): Promise<boolean> {
    const next = await source.next();
    if (next.done) return false;
    queue.push(next.value);
    return true;
  }
  return {
    async take(size: number): Promise<Buffer> {
      while (queue.length < size) if (!(await more())) throw broken();
      return queue.take(size);
    },
    /** A field may be larger than memory should be. */
    async skip(size: number): Promise<void> {
      for (let missing = size; missing > 0; ) {
        if (queue.length === 0 && !(await more())) throw broken();
        const some = Math.min(missing, queue.length);
        queue.take(some);
        missing -= some;
      }
    },
    async hasMore(): Promise<boolean> {
      return queue.length > 0 || (await more());
    },
  };
}

function broken(): DataError {
  return new DataError('RESTORE_POINT_DAMAGED', 'the rows are no whole COPY stream');
}
