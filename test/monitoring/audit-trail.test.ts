import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAuditTrail, readAuditTrail, verifyAuditTrail } from '../../engine/monitoring/audit-trail.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'envclone-audit-'));
});
afterEach(() => rm(directory, { recursive: true }));

const RECORD = { operation: 'clone-test', action: 'clone', source: 'production', target: 'test', outcome: 'admitted' };

test('an entry says who asked for what, under which account, and how it ended', async () => {
  await openAuditTrail({ directory }).record({ ...RECORD, requestedBy: 'a person' });
  const [entry] = await readAuditTrail(directory);
  expect(entry).toMatchObject({
    ...RECORD,
    requestedBy: 'a person',
    osUser: expect.any(String),
    at: expect.any(String),
  });
  expect((await stat(join(directory, 'audit.jsonl'))).mode & 0o777).toBe(0o600);
});

test('an empty trail is intact', async () => {
  expect(await verifyAuditTrail(directory)).toEqual({ intact: true, entries: 0 });
});

test('entries written at the same time by several writers make one chain', async () => {
  const writers = [openAuditTrail({ directory }), openAuditTrail({ directory })];
  await Promise.all(
    Array.from({ length: 12 }, (_, at) => writers[at % 2]?.record({ ...RECORD, operation: `clone-${at}` })),
  );
  expect(await verifyAuditTrail(directory)).toEqual({ intact: true, entries: 12 });
});

test('whatever line is changed, removed or doubled, it is found', async () => {
  for (let at = 0; at < 6; at++) await openAuditTrail({ directory }).record({ ...RECORD, operation: `clone-${at}` });
  const path = join(directory, 'audit.jsonl');
  const intact = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const damage = fc.record({ at: fc.nat(5), how: fc.constantFrom('change', 'remove', 'double', 'cut') });
  await fc.assert(
    fc.asyncProperty(damage, async ({ at, how }) => {
      const lines = [...intact];
      if (how === 'change') lines[at] = String(lines[at]).replace('admitted', 'completed');
      if (how === 'remove') lines.splice(at, 1);
      if (how === 'double') lines.splice(at, 0, String(lines[at]));
      if (how === 'cut') lines.splice(at);
      await writeFile(path, lines.map((line) => `${line}\n`).join(''));
      expect(await verifyAuditTrail(directory)).toMatchObject({ intact: false });
    }),
    { numRuns: 40 },
  );
  await writeFile(path, `${intact.join('\n')}\n`);
  expect(await verifyAuditTrail(directory)).toEqual({ intact: true, entries: 6 });
});

test('half a line left by a process that died does not take the next entry with it', async () => {
  await openAuditTrail({ directory }).record(RECORD);
  await writeFile(join(directory, 'audit.jsonl'), '{"at": "2026', { flag: 'a' });
  await openAuditTrail({ directory }).record({ ...RECORD, outcome: 'completed' });
  expect((await readAuditTrail(directory)).map(({ outcome }) => outcome)).toEqual(['admitted', 'completed']);
  expect(await verifyAuditTrail(directory)).toMatchObject({ intact: false, line: 2, reason: 'is not an entry' });
});
