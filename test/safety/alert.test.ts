import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { Secret } from '../../engine/environments/secret.js';
import { createAlertSink } from '../../engine/safety/alert.js';

async function startWebhook(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    bodies.push(JSON.parse(text));
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    bodies,
    url: new Secret(`http://127.0.0.1:${port}/sesame`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function createLog() {
  const lines: unknown[][] = [];
  const write = (...line: unknown[]) => void lines.push(line);
  return { lines, logger: { warn: write, error: write } };
}

const EVENT = { event: 'refused', environment: 'test', code: 'TARGET_IS_PRODUCTION', message: 'no' } as const;

test('an alert is logged and posted', async () => {
  await using webhook = await startWebhook((_, response) => response.end('ok'));
  const { lines, logger } = createLog();
  await createAlertSink({ logger, webhook: webhook.url }).send(EVENT);
  expect(webhook.bodies).toEqual([{ ...EVENT, at: expect.stringMatching(/^\d{4}-.*Z$/) }]);
  expect(lines).toEqual([[{ alert: webhook.bodies[0] }, 'no']]);
});

test.each([
  ['answers 500', (response: ServerResponse) => void response.writeHead(500).end(), 'it answered 500'],
  ['hangs up', (response: ServerResponse) => void response.destroy(), 'it could not be reached'],
])('a webhook that %s is logged without its URL and fails nothing', async (_, answer, failure) => {
  await using webhook = await startWebhook((_request, response) => answer(response));
  const { lines, logger } = createLog();
  await createAlertSink({ logger, webhook: webhook.url }).send(EVENT);
  expect(lines[1]).toEqual([{ alert: 'refused', failure }, 'an alert did not reach its webhook']);
  expect(JSON.stringify(lines)).not.toContain('sesame');
});
