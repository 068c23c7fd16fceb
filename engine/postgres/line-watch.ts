import type { Socket } from 'node:net';

/** What the server says of the session at the other end of a line. */
export type OtherEnd =
  /** Works, waits for a lock, or cannot be judged. */
  | 'alive'
  /** Has nothing to do while an answer is awaited, or is not there: what was sent, or the answer, got lost. */
  | 'lost'
  /** Has sent what has not come. */
  | 'sending'
  /** Waits for what it has not been sent. */
  | 'receiving'
  /** Nobody answers there. */
  | 'unreachable';

export interface WatchLineInput {
  stream: Socket;
  /** Whether an answer is awaited. */
  isWaiting(): boolean;
  /** Whether rows are still to be sent: until then the server rightly waits. */
  isGiving(): boolean;
  /** Asks the server by another way. */
  look(): Promise<OtherEnd>;
  /** How long nothing may pass before the server is asked. */
  silenceMs: number;
}

/** The server has to be found wanting as often, one silence after the other. */
const STRIKES = 2;

/**
 * Ends a connection over which nothing comes although an answer is due and the server, asked by another way, is not working on it. A network that is cut, or a
 * pooler that hangs, tells nobody; the keepalive of TCP does not see the second, and sees nothing while something is on its way. Returns what ends the watch.
 */
export function watchLine({ stream, isWaiting, isGiving, look, silenceMs }: WatchLineInput): () => void {
  let moved = -1;
  let silentSince = 0;
  let strikes = 0;
  let isLooking = false;

  async function tick(): Promise<void> {
    if (isLooking) return;
    const bytes = movedBytes(stream);
    if (!isWaiting() || bytes !== moved || stream.readableLength > 0) {
      moved = bytes;
      startSilence(0);
      return;
    }
    if (performance.now() - silentSince < silenceMs) return;
    isLooking = true;
    const isLost = condemns(await look());
    isLooking = false;
    if (movedBytes(stream) !== moved) return;
    startSilence(isLost ? strikes + 1 : 0);
    if (strikes >= STRIKES) stream.destroy(new Error(LOST));
  }

  function startSilence(after: number): void {
    strikes = after;
    silentSince = performance.now();
  }

  function condemns(other: OtherEnd): boolean {
    if (other === 'receiving') return !isGiving() || stream.writableLength > 0;
    return other !== 'alive';
  }

  const timer = setInterval(() => void tick(), silenceMs / 4);
  timer.unref();
  return () => clearInterval(timer);
}

/** As `isConnectionLoss` knows it. */
const LOST = 'Connection terminated: nothing came, and the server does not work on it';

/** Taken from the network or given to it; what waits in memory is not. */
function movedBytes(stream: Socket): number {
  return stream.bytesRead + stream.bytesWritten - stream.writableLength;
}
