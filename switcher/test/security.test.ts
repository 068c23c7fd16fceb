import { expect, test } from 'vitest';
import type { SecurityViolation } from '../src/contracts/security-context.js';
import { startApp } from './support/app.js';
import { send } from './support/requests.js';
import { createSwitcherWorld, SECRET } from './support/world.js';

test('a choice that another site made a browser send holds for one request, and is recorded', async () => {
  await using world = await createSwitcherWorld();
  const violations: SecurityViolation[] = [];
  const security = {
    mode: 'development' as const,
    onViolation: (violation: SecurityViolation) => void violations.push(violation),
  };
  await using app = await startApp(world.switcher({ security }));
  for (const site of ['cross-site', 'same-site']) {
    const answer = await send(`${app.url}/read?env=dev`, { headers: { 'Sec-Fetch-Site': site } });
    expect(answer).toMatchObject({ environment: 'dev', cookie: undefined });
  }
  for (const site of ['same-origin', 'none']) {
    const answer = await send(`${app.url}/read?env=dev`, { headers: { 'Sec-Fetch-Site': site } });
    expect(answer.cookie).toMatch(/^database-env=v1/);
  }
  expect(violations.map(({ reason }) => reason)).toEqual(['cross-site', 'cross-site']);
});

test('a remembered choice that is not allowed any more stays, and locks nobody out', async () => {
  await using world = await createSwitcherWorld();
  await using open = await startApp(world.switcher());
  const { cookie = '' } = await send(`${open.url}/read?env=dev`);
  await using closed = await startApp(world.switcher({ security: { mode: 'production' } }));
  const answer = await send(`${closed.url}/read`, { headers: { cookie } });
  expect(answer).toMatchObject({ status: 200, environment: 'prod', source: 'default' });
  expect(answer.headers.getSetCookie()).toEqual([]);
});

test('a cookie of another session, of another secret or out of date is none; one of an older secret still counts', async () => {
  await using world = await createSwitcherWorld();
  const sessionId = (request: unknown) => (request as { headers: Record<string, string> }).headers['x-session'];
  const cookieOf = async (secrets: string[], maxAgeSeconds = 60) => {
    await using app = await startApp(
      world.switcher({ session: { store: 'cookie', secrets, sessionId, maxAgeSeconds, secure: false } }),
    );
    return (await send(`${app.url}/read?env=dev`, { headers: { 'X-Session': 'a' } })).cookie ?? '';
  };
  const newer = 'the-secret-that-came-after-the-other-one!';
  const session = { store: 'cookie' as const, secrets: [newer, SECRET], sessionId, secure: false };
  await using app = await startApp(world.switcher({ session }));
  const environmentOf = async (cookie: string, id: string) =>
    (await send(`${app.url}/read`, { headers: { cookie, 'X-Session': id } })).environment;
  const older = await cookieOf([SECRET]);
  expect(await environmentOf(older, 'a')).toBe('dev');
  expect(await environmentOf(older, 'b')).toBe('prod');
  expect(await environmentOf(await cookieOf(['a-secret-that-nobody-else-knows-in-here!']), 'a')).toBe('prod');
  const brief = await cookieOf([SECRET], 1);
  await expect.poll(() => environmentOf(brief, 'a'), { timeout: 4000 }).toBe('prod');
});
