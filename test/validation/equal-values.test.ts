import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBeyondChance } from '../../engine/validation/coincidence.js';
import { DistinctCounter } from '../../engine/validation/distinct-counter.js';
import { findEqualValues } from '../../engine/validation/equal-values.js';
import { HashSet } from '../../engine/validation/hash-set.js';
import { type LeakSubject, leakSubjects } from '../../engine/validation/leak-subjects.js';
import { createCloneWorld, planOf, tableOf } from './clone-world.js';

test('a hash set answers as a set of pairs does, zero included', () => {
  const word = fc.oneof(fc.constantFrom(0, 1, 0xffffffff), fc.integer({ min: 0, max: 0xffffffff }));
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word), { maxLength: 300 }), fc.tuple(word, word), (pairs, other) => {
      const set = new HashSet();
      const known = new Set<string>();
      const name = ([high, low]: readonly [number, number]) => `${high}.${high === 0 && low === 0 ? 1 : low}`;
      for (const pair of pairs) {
        set.add(...pair);
        known.add(name(pair));
      }
      expect(set.size).toBe(known.size);
      expect(pairs.every((pair) => set.has(...pair))).toBe(true);
      expect(set.has(...other)).toBe(known.has(name(other)));
    }),
  );
});

test('a hash set grows past its first size and forgets nothing', () => {
  const set = new HashSet();
  const hash = (n: number) => [Math.imul(n, 0x9e3779b1) >>> 0, Math.imul(n, 0x85ebca6b) >>> 0] as const;
  for (let n = 1; n <= 100_000; n++) set.add(...hash(n));
  expect(set.size).toBe(100_000);
  for (let n = 1; n <= 100_000; n++) if (!set.has(...hash(n))) throw new Error(`lost ${n}`);
  expect(set.has(...hash(100_001))).toBe(false);
});

test('a distinct counter is exact for a few and close for many', () => {
  const counter = new DistinctCounter();
  for (let n = 0; n < 3; n++) counter.add(Math.imul(n + 1, 0x9e3779b1) >>> 0);
  counter.add(Math.imul(1, 0x9e3779b1) >>> 0);
  expect(counter.count).toBe(3);
  let state = 1;
  for (let n = 0; n < 500_000; n++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    counter.add(state >>> 8);
  }
  expect(counter.count / 500_000).toBeGreaterThan(0.97);
  expect(counter.count / 500_000).toBeLessThan(1.03);
});

test('one equal value is beyond chance where chance is nil, and not where words are few', () => {
  expect(isBeyondChance({ equal: 1, compared: 1_000_000, odds: 0 })).toBe(true);
  expect(isBeyondChance({ equal: 1, compared: 100, odds: 1e-6 })).toBe(true);
  expect(isBeyondChance({ equal: 2, compared: 40, odds: 0.05 })).toBe(false);
  expect(isBeyondChance({ equal: 40, compared: 40, odds: 0.05 })).toBe(true);
  expect(isBeyondChance({ equal: 0, compared: 40, odds: 0 })).toBe(false);
});

test.each([
  ['beside their key', 'create table t (id int primary key, email text)'],
  ['without a key', 'create table t (id int, email text)'],
])('values %s are all found however little may be in memory at once', async (_, table) => {
  await using world = await createCloneWorld({
    schema: `${table}; insert into t select g, 'a' || g || '@x.dz' from generate_series(1, 3000) g`,
    target: `update t set email = md5(email) || '@test.local' where id % 10 <> 0`,
    plan: planOf(tableOf('public.t', { email: 'email' }, { estimatedRows: -1 })),
  });
  await using source = await world.source.session();
  await using target = await world.target.session();
  const subject = await onlySubject(world, target);
  const found = await findEqualValues({
    source,
    target,
    subject,
    isMixedEncoding: false,
    deep: true,
    hashesAPass: 500,
  });
  expect(found.share).toBe(1);
  expect(found.columns[0]).toEqual({ equalRows: 300, equal: 300, compared: expect.closeTo(3000, -2) });
  const sample = await findEqualValues({
    source,
    target,
    subject,
    isMixedEncoding: true,
    deep: false,
    hashesAPass: 60,
  });
  expect(sample.share).toBeLessThan(1);
  expect((sample.columns[0]?.equalRows ?? 0) / sample.share).toBeGreaterThan(150);
});

async function onlySubject(
  { context }: Awaited<ReturnType<typeof createCloneWorld>>,
  session: Parameters<typeof leakSubjects>[0],
): Promise<LeakSubject> {
  if (!context.plan) throw new Error('the world has no plan');
  const [subject] = await leakSubjects(session, context.plan, { isUnicode: true });
  if (!subject) throw new Error('nothing is masked');
  return subject;
}
