import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { residentBytesOf, startMeter } from './meter.js';
import type { Measurement } from './row.js';

const LOOK_MS = 100;
const KEPT_OUTPUT = 4_000;

/** Runs programs as a shell line and measures them from start to exit. @throws Error with the end of what they said, when they fail */
export async function measureCommand(
  line: string,
  { env = {} }: { env?: Record<string, string> } = {},
): Promise<Measurement> {
  const stop = startMeter('children');
  const child = spawn('bash', ['-o', 'pipefail', '-c', line], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // in a group of its own: pgcopydb signals its whole group when it fails
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-KEPT_OUTPUT);
    });
  }
  let peakBytes = 0;
  const look = setInterval(() => {
    peakBytes = Math.max(peakBytes, child.pid ? residentBytesOf(child.pid) : 0);
  }, LOOK_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => clearInterval(look));
  const metered = stop();
  if (code !== 0) throw new Error(`ended with exit code ${code}: ${line}\n${said}`);
  return { ...metered, peakBytes };
}

/** Whether a program is on PATH. */
export function isThere(program: string): boolean {
  return pathOf(program) !== undefined;
}

/** Where PATH has a program. */
export function pathOf(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
