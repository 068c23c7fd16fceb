import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { storeFailure } from './failures.js';

const WRITE_BUFFER_BYTES = 256 * 1024;

/** A file that appears under its name once everything is written and on disk. */
export function openFileWriter(path: string, doing: string): Writable {
  const building = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  let file: FileHandle | undefined;

  async function start() {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    file = await open(building, 'wx', 0o600);
  }

  async function publish() {
    await file?.sync();
    await file?.close();
    file = undefined;
    await rename(building, path);
  }

  async function giveUp() {
    await file?.close();
    file = undefined;
    await rm(building, { force: true });
  }

  const settle = (work: Promise<unknown>, done: (error?: Error | null) => void) => {
    work.then(
      () => done(),
      (error: unknown) => done(asError(storeFailure(error, doing))),
    );
  };

  return new Writable({
    highWaterMark: WRITE_BUFFER_BYTES,
    construct: (done) => settle(start(), done),
    write: (chunk: Buffer, _encoding, done) => settle(file?.appendFile(chunk) ?? Promise.resolve(), done),
    writev: (chunks, done) =>
      settle(file?.appendFile(Buffer.concat(chunks.map(({ chunk }) => chunk))) ?? Promise.resolve(), done),
    final: (done) => settle(publish(), done),
    destroy: (error, done) => {
      giveUp().then(
        () => done(error),
        () => done(error),
      );
    },
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('writing an artifact failed');
}
