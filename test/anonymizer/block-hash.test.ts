import { expect, test } from 'vitest';
import { BlockHash } from '../../engine/anonymizer/block-hash.js';

test('Chaskey-12 of sixteen bytes is the published one', () => {
  const hash = new BlockHash(Int32Array.of(0x833d3433, 0x009f389f, 0x2398e64f, 0x417acf39));
  const low = hash.words(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c);
  expect([low, hash.high]).toEqual([0x5dd0e2a9 | 0, 0xfb5eac8c | 0]);
});

test('a key whose highest bit is set is doubled in its field', () => {
  // Of (0, 0, 0, 2³¹) the double is (0x87, 0, 0, 0); of zero it is zero.
  const hash = new BlockHash(Int32Array.of(0, 0, 0, 0x80000000));
  const zero = new BlockHash(Int32Array.of(0, 0, 0, 0));
  expect(hash.words(0, 0, 0, 0) ^ 0x87).toBe(zero.words(0x87, 0, 0, 0x80000000));
  expect(hash.high).toBe(zero.high);
});
