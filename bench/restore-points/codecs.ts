import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { constants, createBrotliCompress, createBrotliDecompress, createGunzip, createGzip } from 'node:zlib';
import { startMeter } from '../meter.js';

const CHUNK = { chunkSize: 256 * 1024 };

const CODECS = [1, 6].map((level) => ({
  name: `gzip ${level}`,
  compress: () => createGzip({ level, ...CHUNK }),
  decompress: () => createGunzip(CHUNK),
}));

const BROTLIS = [0, 1].map((quality) => ({
  name: `brotli ${quality}`,
  compress: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: quality }, ...CHUNK }),
  decompress: () => createBrotliDecompress(CHUNK),
}));

export interface CodecResult {
  name: string;
  ratio: number;
  /** Of rows by second of processor time, and by second. */
  compress: Speed;
  decompress: Speed;
}

interface Speed {
  cpuMBps: number;
  wallMBps: number;
}

/** Each codec over the same COPY streams; its best of `runs`. */
export async function measureCodecs(streams: readonly Buffer[], runs: number): Promise<CodecResult[]> {
  const size = streams.reduce((sum, { length }) => sum + length, 0);
  const results: CodecResult[] = [];
  for (const { name, compress, decompress } of [...CODECS, ...BROTLIS]) {
    let packed: Buffer[] = [];
    const there = await best(runs, size, async () => {
      packed = [];
      for (const stream of streams) packed.push(await buffer(inChunks(stream).pipe(compress())));
    });
    const back = await best(runs, size, async () => {
      for (const stream of packed) for await (const _ of inChunks(stream).pipe(decompress()));
    });
    const ratio = size / packed.reduce((sum, { length }) => sum + length, 0);
    results.push({ name, ratio, compress: there, decompress: back });
  }
  return results;
}

function inChunks(bytes: Buffer): Readable {
  const chunks = function* () {
    for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
  };
  return Readable.from(chunks(), { objectMode: false });
}

async function best(runs: number, size: number, work: () => Promise<void>): Promise<Speed> {
  const speed: Speed = { cpuMBps: 0, wallMBps: 0 };
  for (let run = 0; run < runs; run++) {
    const stop = startMeter('own');
    await work();
    const { seconds, cpuSeconds } = stop();
    speed.cpuMBps = Math.max(speed.cpuMBps, size / 1e6 / cpuSeconds);
    speed.wallMBps = Math.max(speed.wallMBps, size / 1e6 / seconds);
  }
  return speed;
}
