import { fork } from 'node:child_process';
import { once } from 'node:events';
import autocannon from 'autocannon';
import pg from 'pg';
import { pino } from 'pino';
import { startLocalPostgres } from '../../examples/local-postgres.js';
import type { SwitchRequest } from '../src/contracts/switch-request.js';
import { createSwitcher, type Switcher } from '../src/index.js';

/** What the switcher costs: processor time a decision, memory over a million of them, and requests a second with and without it. */
const DECISIONS = 1_000_000;
const SECRETS = ['a-secret-of-forty-characters-for-a-bench'];

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

const open = async (count: number, options: object = {}): Promise<Switcher<string>> => {
  const environments = Object.fromEntries(
    names.slice(0, count).map((name) => [name, { url: server.url(name), max: 1 }]),
  );
  const logger = pino({ level: 'warn' });
  const switcher = createSwitcher<string>({
    environments,
    security: { mode: 'development', rateLimit: { requests: 1e12, windowSeconds: 60 } },
    logger,
    ...options,
  });
  opened.push(switcher);
  for (const name of names.slice(0, count)) await switcher.connections.switchConnection(name);
  return switcher;
};

const request = (url: string, headers: Record<string, string> = {}): SwitchRequest => ({
  method: 'GET',
  url,
  headers,
  remoteAddress: '127.0.0.1',
  session: undefined,
  raw: undefined,
});

/** Microseconds of this process a decision. */
async function cost(switcher: Switcher<string>, requests: SwitchRequest[]): Promise<number> {
  for (let at = 0; at < 20_000; at++) await switcher.listener.handle(requests[at % requests.length] as SwitchRequest);
  const before = process.cpuUsage();
  for (let at = 0; at < DECISIONS; at++)
    await switcher.listener.handle(requests[at % requests.length] as SwitchRequest);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / DECISIONS;
}

const cookie = { session: { store: 'cookie', secrets: SECRETS } };
const two = await open(2);
const remembering = await open(2, cookie);
const stored = (await remembering.listener.handle(request('/?env=dev1'))).headers.find(
  ([name]) => name === 'Set-Cookie',
);
const asking = (count: number) => names.slice(0, count).map((name) => request(`/page?env=${name}`));
const heapBefore = usedHeap();
const rows: [string, number][] = [
  ['default environment, no session', await cost(two, [request('/page?id=7')])],
  ['signed cookie', await cost(remembering, [request('/page?id=7', { cookie: stored?.[1].split(';')[0] ?? '' })])],
  ['by parameter, 2 environments', await cost(two, asking(2))],
  ['by parameter, 20 environments', await cost(await open(20), asking(20))],
  [
    'by parameter, each decision logged',
    await cost(await open(2, { logger: pino({ level: 'debug' }, { write() {} }) }), asking(2)),
  ],
];
for (const [what, microseconds] of rows)
  console.log(`${what.padEnd(40)} ${microseconds.toFixed(2)} µs of processor a request`);
console.log(
  `memory after ${rows.length} million decisions: ${((usedHeap() - heapBefore) / 1024 / 1024).toFixed(1)} MB more`,
);

const [without, within] = [await overHttp(), await overHttp(server.url('prod'))];
const ratio = (within.perSecond / without.perSecond).toFixed(2);
console.log(
  `HTTP, a server of node:http: ${within.cpu.toFixed(1)} µs of processor a request with, ${without.cpu.toFixed(1)} without; requests a second ${ratio} of those without`,
);

for (const switcher of opened) await switcher.close();
await server.stop();

function usedHeap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** A server process of its own, under load for five seconds: microseconds of its processor a request. */
async function overHttp(databaseUrl = ''): Promise<{ cpu: number; perSecond: number }> {
  const child = fork(new URL('http-server.ts', import.meta.url), [databaseUrl]);
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
