import { createServer, type Socket } from 'node:net';
import pg from 'pg';

export interface TransactionPooler extends AsyncDisposable {
  url: string;
}

/** What a transaction pooler does, at its smallest: every client's statements go through one server connection. */
export async function startTransactionPooler(url: string): Promise<TransactionPooler> {
  const backend = new pg.Client({ connectionString: url });
  backend.on('error', () => {}); // its connection is taken away below
  await backend.connect();
  const { stream } = (backend as unknown as { connection: { stream: Socket } }).connection;
  stream.removeAllListeners('data');
  let current: Socket | undefined;
  stream.on('data', (bytes) => current?.write(bytes));

  const server = createServer((client) => {
    client.on('error', () => {});
    client.once('data', () => {
      client.write(GREETING);
      client.on('data', (bytes) => {
        if (bytes[0] === TERMINATE) return;
        current = client;
        stream.write(bytes);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const pooled = new URL(url);
  pooled.port = String(typeof address === 'object' ? address?.port : 0);
  return {
    url: pooled.toString(),
    async [Symbol.asyncDispose]() {
      stream.destroy();
      server.close();
    },
  };
}

const TERMINATE = 'X'.charCodeAt(0);

/** AuthenticationOk, BackendKeyData, ReadyForQuery */
const GREETING = Buffer.from([
  ...[0x52, 0, 0, 0, 8, 0, 0, 0, 0],
  ...[0x4b, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1],
  ...[0x5a, 0, 0, 0, 5, 0x49],
]);
