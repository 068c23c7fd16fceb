import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const DEMO = fileURLToPath(new URL('../../dist/examples/switcher-express/demo.js', import.meta.url));

test('the example shows two databases, keeps what is written apart, and stops whole', async () => {
  const demo = spawn(process.execPath, [DEMO, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => demo.once('exit', resolve));
  let url = '';
  for await (const line of createInterface(demo.stdout)) {
    url ||= /http:\/\/[\d.:]+/.exec(line)?.[0] ?? '';
    if (line.startsWith('Ctrl-C')) break;
  }
  const textOf = async (path: string, init?: RequestInit) => (await fetch(`${url}${path}`, init)).text();
  expect(await textOf('/')).toContain('Call the owner of villa 7');
  const chosen = await fetch(`${url}/?env=development`);
  expect(await chosen.text()).toContain('<span id="environment">dev</span>');
  const headers = { cookie: chosen.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  const body = new URLSearchParams({ text: '<b>only here</b>' });
  expect(await textOf('/notes', { method: 'POST', body, headers })).toContain('&#60;b&#62;only here');
  expect(await textOf('/')).not.toContain('only here');
  demo.kill('SIGINT');
  expect(await exited).toBe(0);
});
