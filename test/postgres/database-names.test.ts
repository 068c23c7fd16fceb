import { expect, test } from 'vitest';
import { buildingName, keptName } from '../../engine/postgres/database-names.js';

test('names say what a database is, and whose operation it belongs to', () => {
  const operation = 'clone-test-20260102T030405-9f3a';
  expect(buildingName({ database: 'app', operation })).toMatch(/^envclone-building-[0-9a-f]{6}-clone-test-20260102T/);
  expect(keptName({ database: 'app', operation })).toMatch(/^envclone-before-[0-9a-f]{6}-clone-test-20260102T/);
});

test('no name is longer than 63 bytes, and names that begin alike stay two', () => {
  const long = `clone-${'é'.repeat(40)}-20260102T030405-`;
  const names = ['9f3a', '9f3b'].map((end) => buildingName({ database: 'app', operation: long + end }));
  for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  expect(new Set(names).size).toBe(2);
});

test.each(['clone-test-2026-01-02T03:04:05Z-1a2b3c4d', 'nightly/test', 'test@night', 'a+b', 'a b', '100%', 'été'])(
  'the name of operation %s is the same in every URL, and no other operation has it',
  (operation) => {
    const name = buildingName({ database: 'app', operation });
    expect(name).toMatch(/^[A-Za-z0-9_.-]{1,63}$/);
    expect(name).not.toBe(buildingName({ database: 'app', operation: operation.replace(/[^A-Za-z0-9_.-]/g, '_') }));
    expect(keptName({ database: 'app', operation })).toMatch(/^[A-Za-z0-9_.-]{1,63}$/);
  },
);

test('two targets of one server have names of their own, whatever the operation is called', () => {
  const operation = 'monday';
  expect(keptName({ database: 'app', operation })).not.toBe(keptName({ database: 'app2', operation }));
});
