import type { OperationReport, ReportedStage, ReportedTable } from '../../contracts/report.js';
import { formatBytes, formatCount, formatDuration } from './format.js';
import { code } from './render-text.js';

/** What each stage took and moved. */
export function renderStages({ stages }: OperationReport): string[] {
  if (stages.length === 0) return [];
  return [
    '## Time by stage',
    '',
    '| stage | time | CPU | rows | size | masked values | rows/s | speed |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...stages.map(stageRow),
  ];
}

function stageRow({ stage, wallMs, cpuMs, rows, bytes, maskedValues }: ReportedStage): string {
  return row([
    stage,
    formatDuration(wallMs),
    shown(cpuMs, formatDuration),
    shown(rows, formatCount),
    shown(bytes, formatBytes),
    shown(maskedValues, formatCount),
    ...rates({ rows, bytes, milliseconds: wallMs }),
  ]);
}

const LARGEST = 10;

/** How fast the largest tables were copied, each by as many transactions as its ranges were. */
export function renderRates({ tables }: OperationReport): string[] {
  const timed = tables.filter(({ milliseconds }) => milliseconds !== undefined);
  if (timed.length === 0) return [];
  return [
    '## Rates of the largest tables',
    '',
    '| table | size | rows | copied in | rows/s | speed |',
    '|---|--:|--:|--:|--:|--:|',
    ...timed
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, LARGEST)
      .map(tableRow),
  ];
}

function tableRow(table: ReportedTable): string {
  const { bytes, rows, milliseconds = 0 } = table;
  const cells = [code(table.table), formatBytes(bytes), formatCount(rows), formatDuration(milliseconds)];
  return row([...cells, ...rates(table)]);
}

/** Rows and bytes a second; nothing where nothing moved. */
function rates({
  rows,
  bytes,
  milliseconds,
}: {
  rows?: number | undefined;
  bytes?: number | undefined;
  milliseconds?: number | undefined;
}) {
  const seconds = (milliseconds ?? 0) / 1000;
  if (seconds === 0 || rows === undefined || bytes === undefined) return ['', ''];
  return [formatCount(Math.round(rows / seconds)), `${formatBytes(bytes / seconds)}/s`];
}

function shown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '' : format(value);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
