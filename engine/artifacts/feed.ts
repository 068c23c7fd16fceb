import { PassThrough, type Readable, Writable } from 'node:stream';

/** A stream whose bytes `consume` reads. It finishes once `consume` has, fails as that fails, and closes after that has let go of what it made. */
export function feed(consume: (bytes: Readable) => Promise<void>): Writable {
  const bytes = new PassThrough();
  bytes.on('error', () => {}); // whoever reads is told; it may not have begun to
  const consumed = consume(bytes);
  const settle = (done: (error?: Error | null) => void, otherwise?: Error | null) => {
    consumed.then(
      () => done(otherwise),
      (error: unknown) => done(error instanceof Error ? error : new Error('writing an artifact failed')),
    );
  };
  const entry = new Writable({
    // A consumer that failed has left the stream: what it says is the reason, not that the stream is gone.
    write: (chunk, encoding, done) => void bytes.write(chunk, encoding, (gone) => (gone ? settle(done, gone) : done())),
    final: (done) => {
      bytes.end();
      settle(done);
    },
    destroy: (error, done) => {
      if (!entry.writableFinished) bytes.destroy(error ?? new Error('the stream was given up'));
      settle(() => done(error), error);
    },
  });
  consumed.catch((error: unknown) => entry.destroy(error instanceof Error ? error : undefined));
  return entry;
}
