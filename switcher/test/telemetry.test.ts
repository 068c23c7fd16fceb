import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Decision } from '../src/contracts/switch-request.js';
import { createSwitcherWorld, type SwitcherWorld } from './support/world.js';

let world: SwitcherWorld;
const exporter = new InMemorySpanExporter();
beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  world = await createSwitcherWorld();
});
afterAll(async () => {
  trace.disable();
  context.disable();
  await world[Symbol.asyncDispose]();
});

const request = (url: string, method = 'GET') => ({
  method,
  url,
  headers: {},
  remoteAddress: '127.0.0.1',
  session: undefined,
  raw: undefined,
});

test('the request’s span says which database served it, or why none did', async () => {
  const open = world.switcher();
  const closed = world.switcher({ security: { mode: 'production' } });
  const attributesOf = async (switcher: typeof open, url: string) => {
    exporter.reset();
    await trace.getTracer('test').startActiveSpan('GET', async (span) => {
      await switcher.listener.handle(request(url));
      span.end();
    });
    return exporter.getFinishedSpans()[0]?.attributes;
  };
  expect(await attributesOf(open, '/?env=dev')).toEqual({
    'database.environment': 'dev',
    'database.environment.source': 'url',
    'database.environment.requested': 'dev',
    'database.environment.access': 'read-write',
  });
  expect(await attributesOf(closed, '/?env=dev')).toEqual({
    'database.environment.requested': 'dev',
    'database.environment.refused': 'closed',
  });
});

test('each decision is told for metrics, with the time it took; what the listener of metrics does wrong breaks nothing', async () => {
  const told: [Decision, number][] = [];
  const switcher = world.switcher({
    onDecision: (decision, { durationMs }) => {
      told.push([decision, durationMs]);
      return Promise.reject(new Error('the metrics are down'));
    },
  });
  const decision = await switcher.listener.handle(request('/?env=dev'));
  expect(told).toEqual([[decision, expect.any(Number)]]);
  await expect
    .poll(() => world.logs.some(({ event, what }) => event === 'callback failed' && what === 'onDecision'))
    .toBe(true);
});
