import { expect, test } from 'vitest';
import { measureActivities } from '../../activities/measure.js';
import type { OpenServices, Services } from '../../activities/services.js';
import type { ActivityMeasure } from '../../engine/monitoring/activity-measures.js';

test('an activity’s time and CPU are kept for its operation, whether it succeeds or fails', async () => {
  const { open, kept } = recordingServices();
  const { copyUnit, rebuildSchema } = measureActivities(open, {
    copyUnit: async () => busy(40),
    rebuildSchema: () => Promise.reject(new Error('broken')),
  });
  await copyUnit?.({ grant: { operation: 'clone-1' } } as never);
  await expect(rebuildSchema?.({ operation: 'clone-2' } as never)).rejects.toThrow('broken');

  expect(kept).toMatchObject([
    { operation: 'clone-1', activity: 'copyUnit', stage: 'copy', startedAt: expect.stringMatching(/Z$/) },
    { operation: 'clone-2', activity: 'rebuildSchema', stage: 'migrate' },
  ]);
  expect(kept[0]?.wallMs).toBeGreaterThanOrEqual(39);
  expect(kept[0]?.cpuMs).toBeGreaterThan(5);
});

test('what only holds something is not measured, and passes as it is', async () => {
  const { open, kept } = recordingServices();
  const holdTarget = async () => 'held';
  expect(measureActivities(open, { holdTarget }).holdTarget).toBe(holdTarget);
  expect(kept).toEqual([]);
});

test('a measure that cannot be kept fails no activity', async () => {
  const open = () => Promise.reject(new Error('no configuration'));
  const { copyUnit } = measureActivities(open, { copyUnit: async () => 'copied' });
  expect(await copyUnit?.({ operation: 'clone-1' } as never)).toBe('copied');
});

test('an activity that has succeeded does not wait long for a slow store', async () => {
  const monitor = { recordMeasure: () => new Promise(() => {}) };
  const open: OpenServices = async () => ({ monitor }) as unknown as Services;
  const { copyUnit } = measureActivities(open, { copyUnit: async () => 'copied' });
  expect(await copyUnit?.({ operation: 'clone-1' } as never)).toBe('copied');
}, 5_000);

function busy(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

function recordingServices() {
  const kept: (ActivityMeasure & { operation: string })[] = [];
  const monitor = {
    async recordMeasure(operation: string, measure: ActivityMeasure) {
      kept.push({ operation, ...measure });
    },
  };
  const open: OpenServices = async () => ({ monitor }) as unknown as Services;
  return { open, kept };
}
