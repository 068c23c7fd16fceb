import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What becomes of bytes on their way: they pass as they are or as they were changed, or the connection is cut before them. */
export type OnBytes = (bytes: Buffer) => Buffer | 'cut';

export interface TcpProxy extends AsyncDisposable {
  /** `host:port` */
  address: string;
}

export interface TcpProxyInput {
  port: number;
  toServer?: OnBytes;
  toClient?: OnBytes;
}

/** Stands between clients and a server of this machine. */
export async function startTcpProxy({ port, toServer, toClient }: TcpProxyInput): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {}); // a close follows
    }
    pass(client, server, toServer);
    pass(server, client, toClient);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  return {
    address: `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

function pass(from: Socket, to: Socket, decide: OnBytes = (bytes) => bytes): void {
  from.on('data', (bytes) => {
    const fate = decide(bytes);
    if (fate === 'cut') {
      from.destroy();
      to.destroy();
    } else if (!to.write(fate)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
  from.on('close', () => to.end());
}
