import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OperationOutcome } from '../../contracts/report.js';
import { type ArtifactStore, openDirectoryStore } from '../../engine/artifacts/store.js';
import { operationArtifact } from '../../engine/monitoring/operation-artifacts.js';
import {
  createOperationMonitor,
  type EventLogger,
  type OperationMonitor,
} from '../../engine/monitoring/operation-monitor.js';
import { renderReport } from '../../engine/monitoring/render-report.js';

const OPERATION = 'clone-test';
let directory: string;
let artifacts: ArtifactStore;
let logged: { level: string; message: string }[];
let monitor: OperationMonitor;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'envclone-monitor-'));
  artifacts = openDirectoryStore(directory);
  logged = [];
  monitor = createOperationMonitor({ artifacts, logger: recording(logged) });
});
afterEach(() => rm(directory, { recursive: true }));

test('events are kept in the order they were told, one a line', async () => {
  for (let at = 0; at < 30; at++) monitor.logEvent(OPERATION, eventOf(`event ${at}`));
  await monitor.flush(OPERATION);
  const lines = (await artifacts.readText(operationArtifact(OPERATION, 'events'))).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).message)).toEqual(Array.from({ length: 30 }, (_, at) => `event ${at}`));
  expect(logged).toHaveLength(30);
});

test('progress is kept once a percent', async () => {
  for (const progress of [0, 0.4, 1.2, 1.9, 100, 140]) monitor.trackProgress(OPERATION, progress);
  await monitor.flush(OPERATION);
  const lines = (await artifacts.readText(operationArtifact(OPERATION, 'events'))).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).metadata.progress)).toEqual([0, 1, 100]);
});

test('an event that cannot be kept is a warning, and the operation goes on', async () => {
  const failing = { ...artifacts, append: () => Promise.reject(new Error('no room')) };
  const broken = createOperationMonitor({ artifacts: failing, logger: recording(logged) });
  broken.logEvent(OPERATION, eventOf('lost'));
  await broken.flush(OPERATION);
  expect(logged).toContainEqual({ level: 'warn', message: 'an event could not be kept' });
});

test('a report tells what the operation left', async () => {
  await leaveArtifacts();
  await monitor.recordOutcome(OPERATION, OUTCOME);
  monitor.logEvent(OPERATION, eventOf('copy started'));
  const report = await monitor.generateReport(OPERATION);
  expect(report).toMatchObject({
    status: 'completed',
    source: 'production',
    target: 'test',
    tables: [
      { table: 'public.guests', rows: 2, bytes: 2048, maskedFields: ['email'], maskedValues: 2 },
      { table: 'public.lofts', rows: 1234567, maskedFields: [], maskedValues: 0 },
    ],
    emptied: [{ table: 'audit.logs' }],
    events: [{ message: 'copy started' }],
  });
});

test('a report in Markdown names tables, what was left out, and the way back', async () => {
  await leaveArtifacts();
  await monitor.recordOutcome(OPERATION, OUTCOME);
  const text = renderReport(await monitor.generateReport(OPERATION));
  expect(text).toContain('# clone production → test: completed');
  expect(text).toContain('| `public.guests` | 2 | 2.0 kB | 2 | `email` |');
  expect(text).toContain('| `public.lofts` | 1 234 567 |');
  expect(text).toContain('`audit.logs`: not included');
  expect(text).toContain('trigger `hook`: calls net.http_post');
  expect(text).toContain('envclone rollback test --to clone-test --confirm test');
  expect(text).toContain('| guard | 900 ms |  |  |  |  |  |  |');
  expect(text).not.toContain('## Failure');
});

test('a report says what each stage took and moved, and how fast the largest tables were', async () => {
  await leaveArtifacts();
  await monitor.recordOutcome(OPERATION, OUTCOME);
  const copy = { activity: 'copyUnit', stage: 'copy', startedAt: '2026-01-01T00:00:01.000Z', wallMs: 9_000 } as const;
  await monitor.recordMeasure(OPERATION, { ...copy, cpuMs: 1_500 });
  await monitor.recordMeasure(OPERATION, { ...copy, cpuMs: 2_500 });
  const report = await monitor.generateReport(OPERATION);
  expect(report.stages).toEqual([
    { stage: 'guard', wallMs: 900 },
    { stage: 'copy', wallMs: 65_000, cpuMs: 4_000, rows: 1_234_569, bytes: 2_058, maskedValues: 2 },
  ]);
  const text = renderReport(report);
  expect(text).toContain('| copy | 1 min 05 s | 4.0 s | 1 234 569 | 2.1 kB | 2 | 18 993 | 32 B/s |');
  expect(text).toContain('| `public.lofts` | 10 B | 1 234 567 | 500 ms | 2 469 134 | 20 B/s |');
  expect(text).not.toContain('| `public.guests` | 2.0 kB | 2 |');
});

test('the stages of an operation that never ended are told from its activities', async () => {
  const started = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
  const copy = { activity: 'copyUnit', stage: 'copy', cpuMs: 100 } as const;
  await monitor.recordMeasure(OPERATION, { ...copy, startedAt: started(4), wallMs: 3_000 });
  await monitor.recordMeasure(OPERATION, { ...copy, startedAt: started(2), wallMs: 4_000 });
  await monitor.recordMeasure(OPERATION, { ...copy, stage: 'migrate', startedAt: started(1), wallMs: 900 });
  expect((await monitor.generateReport(OPERATION)).stages).toEqual([
    { stage: 'migrate', wallMs: 900, cpuMs: 100 },
    { stage: 'copy', wallMs: 5_000, cpuMs: 200 },
  ]);
});

test('a report says what masking was made of, which rules were of this run, and what became of each column', async () => {
  await artifacts.writeJson(operationArtifact(OPERATION, 'masking'), {
    dictionary: '0123456789abcdef',
    overriding: [
      { tableName: 'guests', columnName: 'note', anonymizationType: 'null', instead: 'text' },
      { tableName: 'guests', columnName: 'age', anonymizationType: 'amount' },
    ],
    tables: [
      {
        tableName: 'public.guests',
        columns: [
          { name: 'email', type: 'email', nulls: 3, distinctBefore: 1200, distinctAfter: 1187 },
          { name: 'note', type: 'null', nulls: 0 },
        ],
      },
    ],
  });
  const text = renderReport(await monitor.generateReport(OPERATION));
  expect(text).toContain('Dictionary `0123456789abcdef`.');
  expect(text).toContain('- `guests.note`: null, instead of text\n- `guests.age`: amount\n');
  expect(text).toContain('| `public.guests.email` | email | 3 | ~1 200 | ~1 187 |');
  expect(text).toContain('| `public.guests.note` | null | 0 |  |  |');
});

test('an operation that masked nothing reports no masking', async () => {
  await leaveArtifacts();
  expect(renderReport(await monitor.generateReport(OPERATION))).not.toContain('## Masking');
});

test('a failed operation’s report says why, what the target is, and what to do', async () => {
  await monitor.recordOutcome(OPERATION, {
    ...OUTCOME,
    status: 'failed',
    failure: { code: 'DISK_FULL', message: 'no room | left', next: 'Free room.', target: 'restored' },
  });
  const report = await monitor.generateReport(OPERATION);
  expect(report).toMatchObject({ status: 'failed', tables: [], outcome: { failure: { code: 'DISK_FULL' } } });
  const text = renderReport(report);
  expect(text).toContain('- `DISK_FULL`: no room \\| left');
  expect(text).toContain('- test is as it was before: it was restored.');
  expect(text).toContain('- Next: Free room.');
});

test('an operation that never ended is reported as such, half a line of its log included', async () => {
  await artifacts.append(operationArtifact(OPERATION, 'events'), JSON.stringify(eventOf('first')));
  await artifacts.append(operationArtifact(OPERATION, 'events'), '{"timestamp": "2026');
  const report = await monitor.generateReport(OPERATION);
  expect(report).toMatchObject({ status: 'unfinished', events: [{ message: 'first' }] });
  expect(renderReport(report)).toContain('not finished');
});

test('warnings outlive any number of other events', async () => {
  monitor.logEvent(OPERATION, { ...eventOf('careful'), level: 'warning' });
  for (let at = 0; at < 300; at++) monitor.logEvent(OPERATION, eventOf(`event ${at}`));
  const { events } = await monitor.generateReport(OPERATION);
  expect(events).toHaveLength(200);
  expect(events[0]?.message).toBe('careful');
  expect(events.at(-1)?.message).toBe('event 299');
});

async function leaveArtifacts(): Promise<void> {
  const email = { name: 'email', shape: { kind: 'scalar', name: 'text' }, rule: { type: 'email' } };
  await artifacts.writeJson(operationArtifact(OPERATION, 'plan'), {
    source: 'production',
    target: 'test',
    units: [{ tables: [{ schema: 'public', name: 'guests', columns: [email] }] }],
    emptied: [{ table: 'audit.logs', reason: 'not included' }],
    nulled: [],
    neutralized: [{ kind: 'trigger', name: 'hook', reason: 'calls net.http_post' }],
    leftOut: [],
    warnings: [],
  });
  await artifacts.writeJson(operationArtifact(OPERATION, 'totals'), [
    { table: 'public.lofts', rows: 1234567, bytes: 10, maskedValues: {}, milliseconds: 500 },
    { table: 'public.guests', rows: 2, bytes: 2048, maskedValues: { email: 2 } },
  ]);
}

const OUTCOME: OperationOutcome = {
  kind: 'clone',
  status: 'completed',
  source: 'production',
  target: 'test',
  requestedBy: 'a person',
  startedAt: '2026-01-01T00:00:00.000Z',
  completedAt: '2026-01-01T00:02:00.000Z',
  timings: { guard: 900, copy: 65_000 },
  restorePoint: { environment: 'test', id: OPERATION },
};

function eventOf(message: string) {
  return { timestamp: '2026-01-01T00:00:00.000Z', level: 'info', component: 'copy', message } as const;
}

function recording(into: { level: string; message: string }[]): EventLogger {
  const at = (level: string) => (_fields: object, message: string) => void into.push({ level, message });
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
