import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, createServer as createVite, type InlineConfig } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { switchDatabase } from '../src/adapters/express.js';
import { devBar } from '../src/dev-bar/dev-bar.js';
import { databaseBar } from '../src/dev-bar/vite.js';
import type { Switcher } from '../src/switcher.js';
import { type App, listening, startApp } from './support/app.js';
import { createOutage } from './support/outage.js';
import { findProgram } from './support/programs.js';
import { createSwitcherWorld, type Name, SECRET, type SwitcherWorld } from './support/world.js';

const RED = 'rgb(185, 28, 28)';
const GREEN = 'rgb(21, 128, 61)';
const environments = ['prod', 'dev'];
const executablePath = findProgram('chromium', 'chromium-browser', 'google-chrome');
if (!executablePath)
  console.warn('There is no Chromium on this machine: the dev bar is not tested. apt install chromium');

describe.skipIf(!executablePath)('in Chromium', () => {
  let world: SwitcherWorld;
  let browser: Browser;
  beforeAll(async () => {
    world = await createSwitcherWorld();
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--host-resolver-rules=MAP app.test 127.0.0.1'],
    });
  });
  afterAll(async () => {
    await browser.close();
    await world[Symbol.asyncDispose]();
  });

  const bar = (page: Page) => page.getByRole('navigation', { name: 'database environment' });
  const expectBar = async (page: Page, words: string, colour: string) => {
    await expect.poll(() => bar(page).textContent()).toMatch(new RegExp(`^${words}`));
    expect(await bar(page).evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(colour);
  };
  const choose = (page: Page, name: string) => bar(page).getByRole('link', { name, exact: true }).click();

  test('the bar is red in production, switches, and the choice stays until it is forgotten', async () => {
    await using app = await startPages(world.switcher());
    await using page = await browser.newPage();
    await page.goto(`${app.url}/page?id=7`);
    await expectBar(page, 'prod', RED);
    await choose(page, 'dev');
    await expectBar(page, 'dev', GREEN);
    expect(new URL(page.url()).searchParams.get('id')).toBe('7');
    await page.goto(`${app.url}/other`);
    await expectBar(page, 'dev', GREEN);
    await choose(page, 'forget');
    await expectBar(page, 'prod', RED);
    await page.goto(`${app.url}/page`);
    await expectBar(page, 'prod', RED);
  });

  test('a stand-in is said, and a page that no database serves', async () => {
    await using network = await createOutage(world.dev.url);
    await network.set('refuse');
    await using app = await startPages(world.switcher({ urls: { dev: network.url }, connections: { retries: 0 } }));
    await using page = await browser.newPage();
    await page.goto(`${app.url}/page?env=dev`);
    await expectBar(page, 'prodread-only, for dev', RED);
  });

  test('a page whose choice is not kept says what the page’s own requests reach', async () => {
    const session = { store: 'cookie' as const, secrets: [SECRET], secure: true, onDoubt: 'refuse' as const };
    for (const options of [{ session: { store: 'none' as const } }, { session }]) {
      await using app = await startPages(world.switcher(options));
      await using page = await browser.newPage();
      // By a name that is no localhost to the browser: there it keeps no cookie that is for HTTPS alone.
      const url = app.url.replace('127.0.0.1', 'app.test');
      await page.goto(`${url}/page?env=dev`);
      await expectBar(page, 'devnot kept: what this page sends goes to prod', GREEN);
    }
  });

  test('a Vite dev server has the bar on its pages, over the application behind it; what is built has none', async () => {
    await using app = await startApp(world.switcher());
    const root = await mkdtemp(join(tmpdir(), 'switcher-vite-'));
    await writeFile(join(root, 'index.html'), '<!doctype html><body><h1>Notes</h1></body>');
    const options: InlineConfig = {
      root,
      configFile: false,
      logLevel: 'error',
      plugins: [databaseBar({ environments, ask: '/api/read' })],
    };
    const proxy = { '/api': { target: app.url, rewrite: (path: string) => path.replace('/api', '') } };
    const vite = await createVite({ ...options, server: { port: 0, host: '127.0.0.1', proxy } });
    await vite.listen();
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(vite.resolvedUrls?.local[0] ?? '');
    await expectBar(page, 'prod', RED);
    await choose(page, 'dev');
    await expectBar(page, 'dev', GREEN);
    await page.reload();
    await expectBar(page, 'dev', GREEN);
    await page.close();
    await vite.close();
    const built = await build({ ...options, build: { write: false } });
    expect(JSON.stringify(built)).toContain('Notes');
    expect(JSON.stringify(built)).not.toContain('database-environment-bar');
    await rm(root, { recursive: true });
  });
});

test('what the tag is given cannot end it', () => {
  const tag = devBar({ environments: ['</script><script>alert(1)</script>'], nonce: '"><b>' });
  expect(tag.match(/<\/?script/g)).toEqual(['<script', '</script']);
  expect(tag).not.toContain('<b>');
});

async function startPages(switcher: Switcher<Name>): Promise<App> {
  const app = express();
  app.use(switchDatabase(switcher));
  app.use((_request, response) => void response.send(`<!doctype html><h1>A page</h1>${devBar({ environments })}`));
  return listening(createServer(app));
}
