import { describeMachine, formatLimit, formatValue, isTimed } from '../print.js';
import type { RowResult, SideResult } from '../result.js';
import { median } from '../statistics.js';
import type { Chart } from './charts.js';

/** Table, notes, machine and pictures, as Markdown. */
export function renderResults(results: RowResult[], charts: Chart[]): string {
  const [first] = results;
  if (!first) return 'Nothing was measured yet.';
  return [
    '| work | limit | measured | pairs | runs | medians | |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...results.map((result) => `| ${cells(result).map(escapeCell).join(' | ')} |`),
    '',
    ...machines(results),
    `Server settings: ${settings(first)}.`,
    '',
    ...results.flatMap(({ title, notes }) => (notes.length > 0 ? [`- **${title}**: ${notes.join(' ')}`] : [])),
    ...results.flatMap((result) =>
      result.status === 'skipped' ? [`- **${result.title}**: not measured: ${result.reason}.`] : [],
    ),
    '',
    ...charts.flatMap(({ file, title }) => [`![${title}](performance/${file})`, '']),
  ]
    .join('\n')
    .trimEnd();
}

function cells(result: RowResult): string[] {
  const limit = formatLimit(result);
  if (result.status === 'skipped') return [result.title, limit, '', '', '', '', 'not measured'];
  const { value, pairs, sides, status, name } = result;
  return [
    result.title,
    limit,
    `**${formatValue(result, value)}**`,
    pairs ? `${pairs.lowest.toFixed(2)}–${pairs.highest.toFixed(2)}` : '',
    name === 'memory' ? '' : String(sides[0]?.runs.length ?? 0),
    name === 'memory'
      ? ''
      : sides
          .map((side) => (isTimed(result) ? medians(side, result.machine.cores) : figureOf(result, side)))
          .join('<br>'),
    status,
  ];
}

/** What stood in the way shows in how busy the machine was: all its cores, or waiting. */
function medians({ name, median }: { name: string; median: Record<string, number> }, cores: number): string {
  const { seconds = 0, cpuSeconds = 0, machineCpuSeconds = 0, peakBytes = 0 } = median;
  const busy = machineCpuSeconds / Math.max(seconds, 0.001);
  return `${name}: ${seconds.toFixed(1)} s, CPU ${cpuSeconds.toFixed(1)} s, ${busy.toFixed(1)} of ${cores} cores busy, ${Math.round(peakBytes / 2 ** 20)} MB`;
}

function figureOf(result: RowResult, { name, figures }: SideResult): string {
  return `${name}: ${formatValue(result, median(figures))}`;
}

/** One line, unless rows were measured on different machines or at different scales. */
function machines(results: RowResult[]): string[] {
  const titles = new Map<string, string[]>();
  for (const result of results) {
    const machine = describeMachine(result);
    titles.set(machine, [...(titles.get(machine) ?? []), result.title]);
  }
  const [only] = titles.keys();
  if (titles.size === 1) return [`Machine: ${only}.`];
  return [...titles].map(([machine, rows]) => `Machine of ${rows.join(', ')}: ${machine}.\n`);
}

function settings({ machine }: RowResult): string {
  return Object.entries(machine.settings)
    .map(([name, value]) => `\`${name} = ${value}\``)
    .join(', ');
}

function escapeCell(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
