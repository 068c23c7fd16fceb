import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createSwitcher, type Switcher, type SwitchRequest } from '@envclone/switcher';
import autocannon from 'autocannon';
import pg from 'pg';
import { pino } from 'pino';
import { startLocalPostgres } from '../../examples/local-postgres.js';

/**
 * What the switcher costs: processor time a decision, memory over a million of them, and HTTP requests with and without it. Rounds of all alternate, and
 * the best of each counts, for whatever else the machine does only adds. Ends with 1 when a limit is not met.
 */
const ROUNDS = 10;
const DECISIONS = 100_000;
const SECRETS = ['a-secret-of-forty-characters-for-a-bench'];
const LIMITS = { plainUs: 5, cookieUs: 10, manyToFew: 1.1, memoryMb: 1 };

const opened: Switcher<string>[] = [];
const server = await startLocalPostgres({ major: 17 });
const names = Array.from({ length: 20 }, (_, at) => (at === 0 ? 'prod' : `dev${at}`));
const client = new pg.Client({ connectionString: server.url() });
await client.connect();
for (const name of names) {
  await client.query(`create database "${name}"`);
  if (name !== 'prod') await client.query(`alter database "${name}" set "envclone.environment" = '${name}'`);
}
await client.end();

const two = await open(2);
const remembering = await open(2, { session: { store: 'cookie', secrets: SECRETS } });
const { headers } = await remembering.listener.handle(request('/?env=dev1'));
const cookie = headers.find(([name]) => name === 'Set-Cookie')?.[1].split(';')[0] ?? '';
const logging = await open(2, { logger: pino({ level: 'debug' }, { write() {} }) });
const plain = [request('/page?id=7')];

const best = await bestOf({
  plain: { switcher: two, requests: plain },
  cookie: { switcher: remembering, requests: [request('/page?id=7', { cookie })] },
  few: { switcher: two, requests: asking(2) },
  many: { switcher: await open(20), requests: asking(20) },
  logged: { switcher: logging, requests: plain },
});
const grownMb = await memoryOverAMillion(remembering, [request('/page?id=7', { cookie }), ...asking(2)]);

const us = (microseconds: number) => `${microseconds.toFixed(2)} µs`;
console.log(`processor time a decision, best of ${ROUNDS} rounds of ${DECISIONS}
  default environment, no session   ${us(best.plain)}  (limit ${LIMITS.plainUs})
  signed cookie                     ${us(best.cookie)}  (limit ${LIMITS.cookieUs}); the session adds ${us(best.cookie - best.plain)}
  by parameter, 2 environments      ${us(best.few)}
  by parameter, 20 environments     ${us(best.many)}  (limit ${LIMITS.manyToFew} times that of 2: ${(best.many / best.few).toFixed(2)})
  each decision logged              ${us(best.logged)}; logging adds ${us(best.logged - best.plain)}
memory after a million decisions    ${grownMb.toFixed(2)} MB more  (limit ${LIMITS.memoryMb})`);

const http = {
  without: await overHttp('none'),
  bare: await overHttp('scope'),
  within: await overHttp(server.url('prod')),
};
const { without, bare, within } = http;
console.log(`HTTP, a server of node:http that answers "ok", processor time a request
  alone ${us(without.cpu)}; with an AsyncLocalStorage and three headers, no switcher ${us(bare.cpu)}; with the switcher ${us(within.cpu)}
  requests a second: ${(within.perSecond / without.perSecond).toFixed(2)} of those alone`);

for (const switcher of opened) await switcher.close();
await server.stop();
const missed = [
  best.plain > LIMITS.plainUs && 'no session',
  best.cookie > LIMITS.cookieUs && 'signed cookie',
  best.many > best.few * LIMITS.manyToFew && '20 environments',
  grownMb > LIMITS.memoryMb && 'memory',
].filter(Boolean);
if (missed.length > 0) console.log(`limits not met: ${missed.join(', ')}`);
process.exitCode = missed.length > 0 ? 1 : 0;

async function open(count: number, options: object = {}): Promise<Switcher<string>> {
  const switcher = createSwitcher<string>({
    environments: Object.fromEntries(names.slice(0, count).map((name) => [name, { url: server.url(name), max: 1 }])),
    security: { mode: 'development', rateLimit: { requests: 1e12, windowSeconds: 60 } },
    logger: pino({ level: 'warn' }),
    ...options,
  });
  opened.push(switcher);
  for (const name of names.slice(0, count)) await switcher.connections.switchConnection(name);
  return switcher;
}

function request(url: string, headers: Record<string, string> = {}): SwitchRequest {
  return { method: 'GET', url, headers, remoteAddress: '127.0.0.1', session: undefined, raw: undefined };
}

/** As many of the default environment as of others, however many there are: only the others are counted by the rate limit. */
function asking(count: number): SwitchRequest[] {
  return names.slice(1, count).flatMap((name) => [request('/page?env=prod'), request(`/page?env=${name}`)]);
}

interface Case {
  switcher: Switcher<string>;
  requests: SwitchRequest[];
}

/** Microseconds of this process a decision. */
async function bestOf<Name extends string>(cases: Record<Name, Case>): Promise<Record<Name, number>> {
  const best = {} as Record<Name, number>;
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, each] of Object.entries<Case>(cases) as [Name, Case][]) {
      const microseconds = (await costOf(each, DECISIONS)) / DECISIONS;
      if (round > 0) best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, microseconds); // the first warms up
    }
  }
  return best;
}

async function costOf({ switcher, requests }: Case, count: number): Promise<number> {
  const before = process.cpuUsage();
  for (let at = 0; at < count; at++) await switcher.listener.handle(requests[at % requests.length] as SwitchRequest);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

async function memoryOverAMillion(switcher: Switcher<string>, requests: SwitchRequest[]): Promise<number> {
  await costOf({ switcher, requests }, DECISIONS);
  const before = usedHeap();
  await costOf({ switcher, requests }, 1_000_000);
  return (usedHeap() - before) / 1024 / 1024;
}

function usedHeap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** A server process of its own, under load for five seconds: microseconds of its processor a request. */
async function overHttp(what: string): Promise<{ cpu: number; perSecond: number }> {
  const child = fork(new URL('http-server.ts', import.meta.url), [what]);
  const [port] = await once(child, 'message');
  const load = { url: `http://127.0.0.1:${port}`, connections: 20 };
  await autocannon({ ...load, duration: 2 });
  child.send('measure');
  await once(child, 'message');
  const { requests } = await autocannon({ ...load, duration: 5 });
  child.send('measure');
  const [microseconds] = await once(child, 'message');
  child.kill();
  return { cpu: microseconds / requests.total, perSecond: requests.average };
}
