import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawCharts } from './report/charts.js';
import { renderResults } from './report/table.js';
import type { RowResult } from './result.js';
import { ROWS } from './rows/index.js';
import { memoryRow } from './rows/memory.js';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: 'docs/performance' },
    page: { type: 'string', default: 'docs/performance.md' },
  },
});

const BEGIN = '<!-- bench: begin -->';
const END = '<!-- bench: end -->';

await writeReport(values);

/** Draws the charts beside the results they are drawn from, and writes the table between the page's markers. */
async function writeReport({ from, page }: { from: string; page: string }): Promise<void> {
  const files = await readdir(from);
  const results = await readResults(from, files);
  for (const file of files.filter((file) => file.endsWith('.svg'))) await rm(join(from, file));
  const charts = drawCharts(results);
  for (const { file, svg } of charts) await writeFile(join(from, file), svg);
  const text = await readFile(page, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} needs the lines ${BEGIN} and ${END}`);
  await writeFile(page, `${before}${BEGIN}\n\n${renderResults(results, charts)}\n\n${END}${after}`);
}

/** In the order of the table; the memory of all rows last. */
async function readResults(from: string, files: string[]): Promise<RowResult[]> {
  const names = ROWS.map(({ name }) => name).filter((name) => files.includes(`${name}.json`));
  const results: RowResult[] = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(from, `${name}.json`), 'utf8'))),
  );
  return results.length > 0 ? [...results, memoryRow(results)] : [];
}
