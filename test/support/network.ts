import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The way to a server of this machine. */
export interface Network extends AsyncDisposable {
  port: number;
  /** Nothing passes any more, and nobody is told: no FIN, no RST. */
  cut(): void;
  /** All connections together, each way. */
  throttle(bytesPerSecond: number): void;
  /**
   * Everything passes again. A connection of the time before the cut stays silent for its client, as a firewall that forgot it would have it; the server's
   * end of it goes, as its keepalive would end it.
   */
  heal(): void;
}

interface Link {
  client: Socket;
  server?: Socket;
  isDead: boolean;
}

export async function startNetwork(port: number): Promise<Network> {
  const links = new Set<Link>();
  let mended: PromiseWithResolvers | undefined;
  let pace: ((bytes: number) => Promise<void>) | undefined;

  async function serve(client: Socket): Promise<void> {
    client.on('error', () => {}); // a close follows
    const link: Link = { client, isDead: false };
    links.add(link);
    client.once('close', () => link.isDead || link.server?.end());
    await mended?.promise; // a first packet is sent again until somebody answers
    const server = connect(port, '127.0.0.1');
    link.server = server;
    server.on('error', () => {});
    server.once('close', () => {
      links.delete(link);
      if (!link.isDead) client.end();
    });
    pass(link, client, server);
    pass(link, server, client);
  }

  function pass(link: Link, from: Socket, to: Socket): void {
    from.on('data', (bytes) => {
      from.pause();
      void (async () => {
        for (let at = 0; at < bytes.length && !link.isDead; at += SLICE) {
          const slice = bytes.subarray(at, at + SLICE);
          await pace?.(slice.length);
          if (!link.isDead && !to.write(slice)) await drained(to);
        }
        if (!link.isDead) from.resume();
      })().catch(() => to.destroy());
    });
  }

  const listener = createServer((client) => void serve(client));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    cut() {
      mended ??= withResolvers();
      for (const link of links) {
        if (!link.server) continue;
        link.isDead = true;
        link.client.pause();
        link.server.pause();
      }
    },
    throttle(bytesPerSecond) {
      pace = pacer(bytesPerSecond);
    },
    heal() {
      pace = undefined;
      mended?.resolve();
      mended = undefined;
      for (const link of links) if (link.isDead) link.server?.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const { client, server } of links) {
        client.destroy();
        server?.destroy();
      }
      listener.close();
    },
  };
}

const SLICE = 4096;

/** Or closed. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      socket.off('drain', settle).off('close', settle);
      resolve();
    };
    socket.on('drain', settle).on('close', settle);
  });
}

/** Lets bytes wait so long that not more than so many pass in a second. */
function pacer(bytesPerSecond: number): (bytes: number) => Promise<void> {
  let free = performance.now();
  return async (bytes) => {
    free = Math.max(free, performance.now()) + (1000 * bytes) / bytesPerSecond;
    await sleep(free - performance.now());
  };
}

interface PromiseWithResolvers {
  promise: Promise<void>;
  resolve(): void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
