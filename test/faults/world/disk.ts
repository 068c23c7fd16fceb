import { execFileSync } from 'node:child_process';
import { chownSync, closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A small file system of its own, in memory. Only root can make one. */
export interface Disk extends Disposable {
  path: string;
  /** Leaves no byte. */
  fill(): void;
  /** What it was filled with goes. */
  clear(): void;
}

export const hasDisks = process.getuid?.() === 0;

export function makeDisk({ megabytes, owner = 0 }: { megabytes: number; owner?: number }): Disk {
  const path = mkdtempSync(join(tmpdir(), 'envclone-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  chownSync(path, owner, owner);
  const ballast = join(path, 'ballast');
  return {
    path,
    fill() {
      const file = openSync(ballast, 'w');
      for (let size = 1 << 22; size >= 1; size = size > 4096 ? 4096 : size >> 1)
        writeUntilFull(file, Buffer.alloc(size));
      closeSync(file);
    },
    clear: () => rmSync(ballast, { force: true }),
    [Symbol.dispose]() {
      execFileSync('umount', ['-l', path]);
      rmdirSync(path);
    },
  };
}

function writeUntilFull(file: number, bytes: Buffer): void {
  try {
    while (writeSync(file, bytes) === bytes.length);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}
