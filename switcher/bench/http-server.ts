import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { pino } from 'pino';
import { withSwitcher } from '../src/adapters/node.js';
import { createSwitcher } from '../src/index.js';

/** Answers requests with the switcher or, without a database, alone. Says its port, and what its processor did since it was last asked. */
const [url] = process.argv.slice(2);
const answer: RequestListener = (_request, response) => response.end('ok');
const switcher = url ? createSwitcher({ environments: { prod: { url } }, logger: pino({ level: 'warn' }) }) : undefined;
const server = createServer(switcher ? (withSwitcher(switcher, answer) as RequestListener) : answer);
await once(server.listen(0, '127.0.0.1'), 'listening');
let before = process.cpuUsage();
process.on('message', () => {
  const { user, system } = process.cpuUsage(before);
  before = process.cpuUsage();
  process.send?.(user + system);
});
process.send?.((server.address() as { port: number }).port);
