import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresMajor } from '../examples/local-postgres.js';
import { siblingUrl } from '../examples/loft/statements.js';
import type { Bench } from './row.js';
import { startServer } from './server.js';

export interface OpenBenchInput {
  scale: number;
  loftScale: number;
  major: PostgresMajor;
  say(line: string): void;
}

/** A server and a directory for all rows of one run; databases are made when a row first asks for them. */
export async function openBench({ scale, loftScale, major, say }: OpenBenchInput): Promise<Bench & AsyncDisposable> {
  const server = await startServer(major);
  const directory = await mkdtemp(join(tmpdir(), 'envclone-bench-'));
  const made = new Map<string, Promise<string>>();
  const stops: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true }), () => server.stop()];
  return {
    server,
    scale,
    loftScale,
    directory,
    say,
    database(name, make) {
      const known = made.get(name);
      if (known) return known;
      const making = make(name).then(() => siblingUrl(server.url(), name));
      made.set(name, making);
      return making;
    },
    atEnd: (stop) => void stops.push(stop),
    async [Symbol.asyncDispose]() {
      for (const stop of stops.splice(0).reverse()) await stop();
    },
  };
}
