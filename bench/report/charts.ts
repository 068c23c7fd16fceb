import { formatValue, isTimed } from '../print.js';
import type { RowResult, SideResult } from '../result.js';
import { APART } from '../server-cpu.js';
import { median } from '../statistics.js';
import { type BarGroup, drawBars } from './bars.js';

export interface Chart {
  file: string;
  /** For readers who do not see it. */
  title: string;
  svg: string;
}

export type MeasuredRow = Extract<RowResult, { status: 'met' | 'missed' }>;

/** Everything that the results can be drawn as; a chart without data is left out. */
export function drawCharts(results: RowResult[]): Chart[] {
  const measured = results.filter((result): result is MeasuredRow => result.status !== 'skipped');
  const timed = measured.filter(isTimed);
  return [
    chart('limits', 'Measured, as a share of the limit', limits(measured), { at: 100, label: 'the limit' }),
    chart('seconds', 'Seconds, medians and single runs', timed.map(seconds)),
    stagesChart(timed),
    cpuChart(timed),
    chart('growth', 'Rows a second of the copy, as the table grows', growth(measured)),
    chart('memory', 'Peak resident memory of the worker, MB', memory(measured)),
  ].filter((drawn) => drawn !== undefined);
}

function chart(
  file: string,
  title: string,
  groups: BarGroup[],
  mark?: { at: number; label: string },
): Chart | undefined {
  if (groups.every(({ bars }) => bars.length === 0)) return undefined;
  return { file: `${file}.svg`, title, svg: drawBars({ title, groups, ...(mark && { mark }) }) };
}

function limits(results: MeasuredRow[]): BarGroup[] {
  return results.map((result) => ({
    label: result.title,
    bars: [
      {
        name: result.status,
        parts: [{ kind: 'measured', length: (100 * result.value) / result.limit }],
        text: `${formatValue(result, result.value)} of ${formatValue(result, result.limit)}`,
      },
    ],
  }));
}

function seconds({ title, sides }: MeasuredRow): BarGroup {
  return {
    label: title,
    bars: sides.map(({ name, median: { seconds }, runs }, index) => ({
      name,
      parts: [{ kind: index === 0 ? 'measured' : 'against', length: seconds }],
      dots: runs.map((run) => run.seconds),
      text: `${seconds.toFixed(1)} s`,
    })),
  };
}

/** What each stage of a clone takes: medians by stage, those that no raw cloner has among them. */
function stagesChart(results: MeasuredRow[]): Chart | undefined {
  const title = 'Seconds by stage';
  const groups = results.map((result) => ({ label: result.title, bars: result.sides.flatMap(stages) }));
  const drawn = groups.filter(({ bars }) => bars.length > 0);
  return drawn.length > 0
    ? { file: 'stages.svg', title, svg: drawBars({ title, groups: drawn, hasLegend: true }) }
    : undefined;
}

const OTHER = 'guard, restore point, validation';

function stages({ name, runs }: SideResult): BarGroup['bars'] {
  const first = runs[0]?.stages;
  if (!first) return [];
  const secondsOf = (wanted: string) =>
    median(runs.map((run) => run.stages?.find(({ stage }) => stage === wanted)?.seconds ?? 0));
  const compared = first
    .filter(({ isCompared }) => isCompared)
    .map(({ stage }) => ({ kind: stage, length: secondsOf(stage) }));
  const apart = first.filter(({ isCompared }) => !isCompared).reduce((sum, { stage }) => sum + secondsOf(stage), 0);
  const total = compared.reduce((sum, { length }) => sum + length, apart);
  return [{ name, parts: [...compared, { kind: OTHER, length: apart }], text: `${total.toFixed(1)} s` }];
}

/** What the processor was busy with: the difference between two cloners of one server. */
function cpuChart(results: MeasuredRow[]): Chart | undefined {
  const title = "Processor seconds by kind of work: the server's, and the cloner's own";
  const groups = results.map((result) => ({ label: result.title, bars: result.sides.flatMap(cpuByKind) }));
  const drawn = groups.filter(({ bars }) => bars.length > 0);
  return drawn.length > 0
    ? { file: 'cpu.svg', title, svg: drawBars({ title, groups: drawn, hasLegend: true }) }
    : undefined;
}

function cpuByKind({ name, runs, median: { cpuSeconds } }: SideResult): BarGroup['bars'] {
  const kinds = [...new Set(runs.flatMap(({ serverCpu = {} }) => Object.keys(serverCpu)))].filter(
    (kind) => kind !== APART,
  );
  if (kinds.length === 0) return [];
  const server = kinds
    .sort()
    .map((kind) => ({ kind, length: median(runs.map(({ serverCpu }) => serverCpu?.[kind] ?? 0)) }));
  const parts = [...server, { kind: 'cloner', length: cpuSeconds }];
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  return [{ name, parts, text: `${total.toFixed(1)} s` }];
}

function growth(results: MeasuredRow[]): BarGroup[] {
  const row = results.find(({ name }) => name === 'growth');
  const bars = (row?.sides ?? []).map(({ name, figures, median: { rows = 0 } }) => ({
    name: `${name} (${rows.toLocaleString('en')} rows)`,
    parts: [{ kind: 'rows a second', length: 1 / median(figures) }],
    dots: figures.map((figure) => 1 / figure),
    text: `${Math.round(1 / median(figures) / 1000)} k rows/s`,
  }));
  return [{ label: '', bars }];
}

function memory(results: MeasuredRow[]): BarGroup[] {
  const row = results.find(({ name }) => name === 'memory');
  const bars = (row?.sides ?? []).map(({ name, figures }) => ({
    name,
    parts: [{ kind: 'MB', length: Math.max(...figures) }],
    text: `${Math.round(Math.max(...figures))} MB`,
  }));
  return [{ label: '', bars }];
}
