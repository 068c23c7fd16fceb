import { expect, test } from 'vitest';
import { createCpuMeter } from '../../engine/monitoring/cpu-meter.js';

test('what runs at the same time shares the time, so that all shares add up to it', () => {
  let now = 1_000;
  const meter = createCpuMeter(() => now);
  const stopFirst = meter.start();
  now += 100;
  const stopSecond = meter.start();
  now += 60;
  expect(stopFirst()).toBe(130);
  now += 5;
  expect(stopSecond()).toBe(35);
});

test('time while nothing is measured belongs to nobody, and a share ends once', () => {
  let now = 0;
  const meter = createCpuMeter(() => now);
  now = 500;
  const stop = meter.start();
  now = 510;
  expect(stop()).toBe(10);
  now = 900;
  expect(stop()).toBe(10);
});

test('the time of this process is read', () => {
  const stop = createCpuMeter().start();
  const until = performance.now() + 60;
  while (performance.now() < until);
  expect(stop()).toBeGreaterThan(5);
});
