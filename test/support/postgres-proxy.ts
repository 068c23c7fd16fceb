import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What becomes of a statement: it passes, or the client's connection is cut. */
export type Fate =
  | 'pass'
  | {
      /** Before the server has it, or once it answered and before the client hears it. */
      cut: 'before' | 'after';
      /** Whether the server's connection ends too, or stays open as that of a client which is gone without a word. */
      server: 'told' | 'left';
    };

/**
 * Decides about each statement of any client: its SQL, or `startup`, `password`, `rows` (one message of a COPY), `end of rows`, `rows given up`,
 * `terminate`. While it waits, nothing of that client reaches the server: a sleep makes a slow connection, a promise without end one that hangs;
 * a cut at `startup` refuses.
 */
export type Decide = (statement: string) => Fate | Promise<Fate>;

export interface PostgresProxy extends AsyncDisposable {
  /** Of the same database, through the proxy. */
  url: string;
}

/** Stands between clients and a server, without encryption, and knows where statements begin and end. */
export async function startPostgresProxy(url: string, decide: Decide): Promise<PostgresProxy> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {}); // a close follows
    }
    relay({ client, server, decide }).catch(() => client.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  const proxied = new URL(url);
  proxied.host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {
    url: proxied.toString(),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

interface Connection {
  client: Socket;
  server: Socket;
  decide: Decide;
}

/** Passes everything on until a statement is cut off. */
async function relay({ client, server, decide }: Connection): Promise<void> {
  let isLeft = false;
  let onAnswer: (() => void) | undefined;
  server.on('data', (bytes) => (onAnswer ? onAnswer() : client.write(bytes)));
  server.on('close', () => client.end());
  client.on('close', () => isLeft || server.destroy());

  for await (const { text, bytes } of statementsOf(client)) {
    const fate = await decide(text);
    if (fate === 'pass') {
      if (!server.write(bytes)) await once(server, 'drain');
      continue;
    }
    isLeft = fate.server === 'left';
    if (fate.cut === 'after') {
      const answered = new Promise<void>((resolve) => {
        onAnswer = resolve;
      });
      await new Promise((resolve) => server.write(bytes, resolve));
      if (!WITHOUT_ANSWER.has(text)) await answered;
    }
    client.destroy();
    return;
  }
}

const WITHOUT_ANSWER = new Set(['rows', 'terminate']);

interface Statement {
  text: string;
  bytes: Buffer;
}

/** What a client sends, cut where it may begin to wait for an answer. */
async function* statementsOf(client: Socket): AsyncGenerator<Statement> {
  let unread = Buffer.alloc(0);
  let typeBytes = 0; // the first message of a connection has no type
  let end = 0;
  for await (const chunk of client) {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= end + typeBytes + LENGTH_BYTES) {
      const next = end + typeBytes + unread.readInt32BE(end + typeBytes);
      if (unread.length < next) break;
      const type = typeBytes === 0 ? '' : String.fromCharCode(unread[end] ?? 0);
      end = next;
      typeBytes = 1;
      if (AWAITS_SYNC.has(type)) continue;
      const bytes = unread.subarray(0, end);
      yield { text: type === '' ? 'startup' : textOf(bytes), bytes };
      unread = unread.subarray(end);
      end = 0;
    }
  }
}

const LENGTH_BYTES = 4;

/** Parse, Bind, Describe, Execute, Close, Flush */
const AWAITS_SYNC = new Set(['P', 'B', 'D', 'E', 'C', 'H']);

function textOf(bytes: Buffer): string {
  const type = String.fromCharCode(bytes[0] ?? 0);
  if (type !== 'Q' && type !== 'P') return NAMES[type] ?? type;
  const [first = '', second = ''] = bytes.toString('utf8', 1 + LENGTH_BYTES).split('\0', 2);
  return type === 'Q' ? first : second; // Parse has a name first
}

const NAMES: Record<string, string> = {
  p: 'password',
  d: 'rows',
  c: 'end of rows',
  f: 'rows given up',
  X: 'terminate',
};
