import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** `refuse`: new and open connections end at once. `hang`: they stay open, and nothing is answered. `slow`: each answer waits. */
export type Network = 'up' | 'refuse' | 'hang' | 'slow';

export interface Outage extends AsyncDisposable {
  /** The same database, behind the network that fails. */
  url: string;
  set(network: Network): void;
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
    if (network === 'refuse') return void client.resetAndDestroy();
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
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const proxied = new URL(url);
  proxied.host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {
    url: proxied.toString(),
    attempts,
    set(next) {
      const isBack = next === 'up' && network === 'hang';
      network = next;
      if (next === 'refuse') for (const socket of sockets) socket.resetAndDestroy();
      if (isBack) for (const socket of sockets) socket.destroy(); // what hung is lost
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
