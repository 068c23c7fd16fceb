import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PostgresMajor } from '../examples/local-postgres.js';
import { onDatabase } from '../examples/loft/statements.js';
import { alternate } from './alternate.js';
import { describeMachine, type Machine } from './machine.js';
import { openBench } from './open-bench.js';
import { summarize } from './print.js';
import { judge, type RowResult } from './result.js';
import type { Bench, BenchRow } from './row.js';
import { ROWS } from './rows/index.js';
import { memoryRow } from './rows/memory.js';
import { SERVER_SETTINGS } from './server.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: '2000' },
    loft: { type: 'string' },
    runs: { type: 'string', default: '5' },
    major: { type: 'string', default: '15' },
    into: { type: 'string', default: 'bench/results' },
    list: { type: 'boolean', default: false },
  },
});

const rows = chosenRows(positionals);
if (values.list) {
  for (const { name, title, limit } of rows) process.stdout.write(`${name.padEnd(24)} ≤ ${limit}  ${title}\n`);
} else {
  process.exitCode = await runAll(rows);
}

/** Measures the rows, writes a file for each, prints the table. Returns 1 when a row could not be measured; a missed limit is a result. */
async function runAll(rows: BenchRow[]): Promise<number> {
  await mkdir(values.into, { recursive: true });
  await using bench = await openBench({
    scale: Number(values.scale),
    loftScale: Number(values.loft ?? values.scale),
    major: Number(values.major) as PostgresMajor,
    say: (line) => void process.stderr.write(`${line}\n`),
  });
  const exit = () => process.exit(130);
  const stop = () => void bench[Symbol.asyncDispose]().then(exit, exit);
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const machine = await machineOf(bench);
  const results: RowResult[] = [];
  let failed = 0;
  for (const row of rows) {
    bench.say(`${row.name}: ${row.title}`);
    try {
      const result = await measure(bench, row, machine);
      await writeFile(join(values.into, `${result.name}.json`), `${JSON.stringify(result, null, 2)}\n`);
      results.push(result);
    } catch (error) {
      failed++;
      bench.say(`  could not be measured: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  process.stdout.write(summarize(results.length > 0 ? [...results, memoryRow(results)] : []));
  return failed > 0 ? 1 : 0;
}

async function measure(bench: Bench, row: BenchRow, machine: Machine): Promise<RowResult> {
  const { name, title, judges, limit } = row;
  const head = () => ({
    name,
    title,
    judges,
    limit,
    scale: bench.scale,
    loftScale: bench.loftScale,
    machine,
    at: new Date().toISOString(),
  });
  const reason = row.unavailable?.();
  if (reason) return { ...head(), notes: [], status: 'skipped', reason };
  const prepared = await row.prepare(bench);
  const measurements = await alternate(bench, prepared, Number(values.runs));
  return { ...head(), notes: prepared.notes ?? [], ...judge(row, prepared, measurements) };
}

async function machineOf({ server }: Bench): Promise<Machine> {
  return onDatabase(server.url(), async (client) => {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return describeMachine({ postgres: rows[0]?.server_version ?? '', settings: SERVER_SETTINGS });
  });
}

function chosenRows(names: string[]): BenchRow[] {
  const unknown = names.filter((name) => !ROWS.some((row) => row.name === name));
  if (unknown.length > 0)
    throw new Error(`no such row: ${unknown.join(', ')}; there are: ${ROWS.map(({ name }) => name).join(', ')}`);
  return names.length > 0 ? ROWS.filter(({ name }) => names.includes(name)) : ROWS;
}
