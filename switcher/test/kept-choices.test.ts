import { get, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SecurityViolation } from '../src/contracts/security-context.js';
import { signCookie } from '../src/sessions/signed-cookie.js';
import { ADAPTERS, startApp } from './support/app.js';
import { newToken, send } from './support/requests.js';
import { createSwitcherWorld, SECRET, type SwitcherWorld } from './support/world.js';

let world: SwitcherWorld;
beforeAll(async () => {
  world = await createSwitcherWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const cookieFor = (environment: string) =>
  `database-env=${signCookie({ environment, sessionId: '', expiresAt: Math.floor(Date.now() / 1000) + 60 }, SECRET)}`;

/** What a browser sends for a page; `fetch` would write another mode. */
async function navigate(url: string, site: 'none' | 'cross-site', headers: Record<string, string> = {}) {
  const sent = get(url, { headers: { ...headers, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Site': site } });
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    sent.on('response', resolve).on('error', reject),
  );
  const { title } = (await json(answer)) as { title?: string };
  const environment = answer.headers['x-database-env'];
  return { status: answer.statusCode, environment, title, cookies: answer.headers['set-cookie'] ?? [] };
}

describe.each(ADAPTERS)('%s', (adapter) => {
  test('a page whose choice is not kept is not served from there', async () => {
    await using app = await startApp(world.switcher(), adapter);
    const refused = { status: 403, environment: undefined, title: 'Choice not kept', cookies: [] };
    expect(await navigate(`${app.url}/read?env=dev`, 'cross-site')).toEqual(refused);
    expect(await navigate(`${app.url}/read?env=dev`, 'none')).toMatchObject({ status: 200, environment: 'dev' });
  });

  test('nor when the session’s store fails', async () => {
    const fail = () => Promise.reject(new Error('the store is gone'));
    const session = () => ({ get: () => undefined, set: fail, delete: fail });
    await using app = await startApp(world.switcher({ session: { store: 'framework', onDoubt: 'refuse' } }), adapter, {
      session,
    });
    const refused = { status: 503, environment: undefined, title: 'Choice not kept', cookies: [] };
    expect(await navigate(`${app.url}/read?env=dev`, 'none')).toEqual(refused);
  });
});

test('a page whose choice the session has already is served, whoever linked to it', async () => {
  await using app = await startApp(world.switcher());
  const linked = (stored: string) => navigate(`${app.url}/read?env=dev`, 'cross-site', { cookie: cookieFor(stored) });
  expect(await linked('dev')).toMatchObject({ status: 200, environment: 'dev' });
  expect(await linked('prod')).toMatchObject({ status: 403 });
});

test('where nothing is remembered a page is served all the same', async () => {
  await using app = await startApp(world.switcher({ session: { store: 'none' } }));
  for (const site of ['none', 'cross-site'] as const)
    expect(await navigate(`${app.url}/read?env=dev`, site)).toMatchObject({ status: 200, environment: 'dev' });
});

test('another site cannot end a choice', async () => {
  const violations: SecurityViolation[] = [];
  const security = {
    mode: 'development' as const,
    onViolation: (violation: SecurityViolation) => void violations.push(violation),
  };
  await using app = await startApp(world.switcher({ security }));
  const cookie = cookieFor('dev');
  for (const site of ['cross-site', 'same-site']) {
    const answer = await send(`${app.url}/read?env=clear`, { headers: { cookie, 'Sec-Fetch-Site': site } });
    expect(answer.headers.getSetCookie()).toEqual([]);
  }
  expect(violations.map(({ reason }) => reason)).toEqual(['cross-site', 'cross-site']);
  const own = await send(`${app.url}/read?env=clear`, { headers: { cookie, 'Sec-Fetch-Site': 'same-origin' } });
  expect(own.headers.getSetCookie().join()).toContain('Max-Age=0');
});

test.each([
  ['a name twice', '&env=dev&env=dev', undefined],
  ['two names', '&env=dev&env=prod', undefined],
  ['a name with a mistake', '&env=dve', undefined],
  ['a header with a name twice', '', 'dev, dev'],
  ['a header with a mistake', '', 'prdo'],
])('%s does not hide what the session chose, nor a header behind it', async (_title, query, header) => {
  await using app = await startApp(world.switcher());
  const sent = header ? { 'X-Database-Env': header } : undefined;
  const inSession = newToken();
  const headers = { cookie: cookieFor('dev'), ...sent };
  const answer = await send(`${app.url}/write?token=${inSession}${query}`, { method: 'POST', headers });
  expect(answer).toMatchObject({ environment: 'dev', source: 'session' });
  expect(await world.whereIs(inSession)).toEqual(['dev']);
  if (sent) return;
  const inHeader = newToken();
  await send(`${app.url}/write?token=${inHeader}${query}`, { method: 'POST', headers: { 'X-Database-Env': 'dev' } });
  expect(await world.whereIs(inHeader)).toEqual(['dev']);
});
