import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { readSchema } from '../../activities/read-schema.js';
import { ofStage } from '../../activities/stage-artifacts.js';
import type { SchemaDefinition } from '../../contracts/schema.js';
import { sealArtifacts } from '../../engine/artifacts/sealed-store.js';
import { openDirectoryStore } from '../../engine/artifacts/store.js';
import { archiveInSql, archiveOutSql } from '../../engine/backup/archive-statements.js';
import { type Archive, isSealedPart } from '../../engine/backup/restore-point.js';
import { createRestorePoint, readRestorePoint, verifyRestorePoint } from '../../engine/backup/restore-points.js';
import { restoreRows } from '../../engine/backup/restore-rows.js';
import { readSealKeys } from '../../engine/environments/seal-keys.js';
import { Session } from '../../engine/postgres/session.js';
import { type ConfirmedTarget, proveTarget } from '../../engine/safety/proofs.js';
import { applyStatements } from '../../engine/schema/apply.js';
import { createLoft } from '../../examples/loft/create.js';
import { siblingUrl } from '../../examples/loft/statements.js';
import { emptyDatabase } from '../databases.js';
import { type Metered, startMeter } from '../meter.js';
import { startServer } from '../server.js';
import { measureCodecs } from './codecs.js';

// What a restore point costs, against copying the same rows from one database into another through one process:
//   npx tsx bench/restore-points/run.ts --scale 60 --runs 5 [--codecs]
const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '60' },
    runs: { type: 'string', default: '5' },
    codecs: { type: 'boolean', default: false },
  },
});

let heldUpNs = 0;
const say = (line: string) => void process.stdout.write(`${line}\n`);
const server = await startServer(17);
const directory = await mkdtemp(join(tmpdir(), 'envclone-bench-'));
try {
  await run();
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}

async function run(): Promise<void> {
  await createLoft({ serverUrl: server.url(), database: 'loft', scale: Number(values.scale) });
  const source = targetOf('loft');
  const schema = await readSchema(source);
  const archive = await archiveOf(source, schema, 'age', 'restored');
  const streams = await streamsOf(source, archive);
  const size = streams.reduce((sum, { length }) => sum + length, 0);
  say(
    `${archive.records} rows, ${(size / 1e6).toFixed(0)} MB of COPY, ${(archive.sizeBytes / 1e6).toFixed(0)} MB kept`,
  );
  if (values.codecs) {
    for (const { name, ratio, compress, decompress } of await measureCodecs(streams, Number(values.runs))) {
      const [there, back] = [compress, decompress].map(
        (speed) => `${speed.cpuMBps.toFixed(0)} (${speed.wallMBps.toFixed(0)})`,
      );
      say(`${name}: ${there} MB/s there, ${back} MB/s back by processor time (wall), ${ratio.toFixed(2)} to 1`);
    }
  }
  streams.length = 0;
  const sides: Record<string, () => Promise<Metered>> = {
    copy: () => intoEmpty(schema, (target) => copyPlainly(source, target, archive)),
    archive: () => metered(() => archiveOf(source, schema, 'age')),
    'archive, not encrypted': () => metered(() => archiveOf(source, schema, 'none')),
    restore: () => intoEmpty(schema, (target) => restore(target, archive)),
  };
  const measured = new Map<string, Metered[]>();
  for (let turn = 0; turn < Number(values.runs); turn++) {
    for (const [name, side] of Object.entries(sides)) measured.set(name, [...(measured.get(name) ?? []), await side()]);
  }
  const copy = median((measured.get('copy') ?? []).map(({ seconds }) => seconds));
  for (const [name, runs] of measured) {
    const seconds = median(runs.map((each) => each.seconds));
    const cpu = median(runs.map((each) => each.cpuSeconds));
    say(
      `${name}: ${(size / 1e6 / seconds).toFixed(0)} MB/s, ${(copy / seconds).toFixed(2)} of copy, ${cpu.toFixed(2)} s of our processor time in ${seconds.toFixed(2)} s`,
    );
  }
  say(`event loop held up by at most ${(heldUpNs / 1e6).toFixed(0)} ms while archiving`);
}

function storeOf(encryption: 'age' | 'none') {
  const store = openDirectoryStore(join(directory, encryption));
  const settings = { encryption, recipients: [], identityFile: join(directory, 'key') };
  return encryption === 'none'
    ? store
    : sealArtifacts({ store, isSealed: isSealedPart, keys: (use) => readSealKeys(settings, use) });
}

async function archiveOf(
  from: ConfirmedTarget,
  schema: SchemaDefinition,
  encryption: 'age' | 'none',
  id = 'bench',
): Promise<Archive> {
  const artifacts = storeOf(encryption);
  const point = { environment: 'loft', id };
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await createRestorePoint({ from, schema, point, operation: 'bench', artifacts });
  delay.disable();
  heldUpNs = Math.max(heldUpNs, delay.max);
  const read = await readRestorePoint(artifacts, point);
  if (read.kind !== 'archive') throw new Error('no archive');
  return read;
}

async function streamsOf(source: ConfirmedTarget, { archived }: Archive): Promise<Buffer[]> {
  await using session = await source.connect({ purpose: 'bench' });
  const streams: Buffer[] = [];
  for (const table of archived) streams.push(await buffer(session.copyOut(archiveOutSql(table))));
  return streams;
}

async function copyPlainly(source: ConfirmedTarget, target: ConfirmedTarget, { archived }: Archive): Promise<void> {
  await using from = await source.connect({ purpose: 'bench-out' });
  await using to = await target.connect({ purpose: 'bench-in' });
  for (const table of archived) await pipeline(from.copyOut(archiveOutSql(table)), to.copyIn(archiveInSql(table)));
}

async function restore(target: ConfirmedTarget, archive: Archive): Promise<void> {
  const artifacts = storeOf('age');
  await verifyRestorePoint(artifacts, archive);
  await restoreRows({ target, archive, artifacts });
}

/** The rows alone are measured: tables are there, without keys. */
async function intoEmpty(schema: SchemaDefinition, fill: (target: ConfirmedTarget) => Promise<void>): Promise<Metered> {
  await emptyDatabase(server.url(), 'bench_target');
  const target = targetOf('bench_target');
  await applyStatements(target, ofStage(schema.statements, 'pre-data'));
  return metered(() => fill(target));
}

async function metered(work: () => Promise<unknown>): Promise<Metered> {
  const stop = startMeter('own');
  await work();
  return stop();
}

function targetOf(database: string): ConfirmedTarget {
  const url = siblingUrl(server.url(), database);
  return proveTarget({
    environment: database,
    type: 'test',
    database,
    exists: true,
    url,
    connect: (input) => Session.open({ url, environment: database, ...input }),
    readBeside: () => {
      throw new Error('nothing is read beside');
    },
    connectMaintenance: (input) => Session.open({ url: server.url(), environment: database, ...input }),
  });
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
