import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createSwitcher } from '@envclone/switcher';
import { withSwitcher } from '@envclone/switcher/node';
import { pino } from 'pino';

/** Answers requests alone (`none`), with what Node itself takes for a scope and three headers (`scope`), or with the switcher. Says its port, and what its processor did since it was last asked. */
const [what = 'none'] = process.argv.slice(2);
const answer: RequestListener = (_request, response) => response.end('ok');
const server = createServer(listenerOf(what));
await once(server.listen(0, '127.0.0.1'), 'listening');
let before = process.cpuUsage();
process.on('message', () => {
  const { user, system } = process.cpuUsage(before);
  before = process.cpuUsage();
  process.send?.(user + system);
});
process.send?.((server.address() as { port: number }).port);

function listenerOf(what: string): RequestListener {
  if (what === 'none') return answer;
  if (what !== 'scope') {
    const switcher = createSwitcher({ environments: { prod: { url: what } }, logger: pino({ level: 'warn' }) });
    return withSwitcher(switcher, answer as never) as RequestListener;
  }
  const storage = new AsyncLocalStorage<object>();
  return async (request, response) => {
    await null;
    response.setHeader('X-Database-Env', 'prod');
    response.setHeader('X-Database-Env-Source', 'default');
    response.appendHeader('Vary', 'X-Database-Env, Cookie');
    storage.run({}, () => answer(request, response));
  };
}
