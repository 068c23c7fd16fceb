import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** `refuse`: nobody listens, and what was open ends. `reset`: connections are accepted and reset. `hang`: they stay open, and nothing is answered. `slow`: each answer waits. */
export type Network = 'up' | 'refuse' | 'reset' | 'hang' | 'slow';

export interface Outage extends AsyncDisposable {
  /** The same database, behind the network that fails. */
  url: string;
  set(network: Network): Promise<void>;
  /** When each connection was tried, in milliseconds. */
  attempts: number[];
}

const SLOW_MS = 20;

/** A real network between an application and its database. */
export async function createOutage(url: string): Promise<Outage> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const attempts: number[] = [];
  let network: Network = 'up';
  const server = createServer((client) => {
    attempts.push(performance.now());
    track(client);
    if (network === 'reset') return void client.resetAndDestroy();
    const upstream = track(connect(Number(port), hostname));
    const pass = (from: Socket, to: Socket) =>
      from.on('data', (bytes) => {
        if (network === 'hang') return;
        if (network === 'slow') setTimeout(() => to.writable && to.write(bytes), SLOW_MS);
        else to.write(bytes);
      });
    pass(client, upstream);
    pass(upstream, client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => {}); // a close follows
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const listenedTo = await listenAnywhere(server);
  const proxied = new URL(url);
  proxied.host = `127.0.0.1:${listenedTo}`;
  return {
    url: proxied.toString(),
    attempts,
    async set(next) {
      const isBack = next === 'up' && network === 'hang';
      const [listened, listens] = [network !== 'refuse', next !== 'refuse'];
      network = next;
      if (next === 'refuse' || next === 'reset') for (const socket of sockets) socket.resetAndDestroy();
      if (isBack) for (const socket of sockets) socket.destroy(); // what hung is lost
      if (listened && !listens) await new Promise((resolve) => server.close(resolve));
      if (!listened && listens) await once(server.listen(listenedTo, '127.0.0.1'), 'listening');
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Below the ports that systems give to outgoing connections, one of which would take it while nobody listens. */
const [FIRST_PORT, PORTS] = [20_000, 12_000];

async function listenAnywhere(server: Server): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening');
      return port;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
}
