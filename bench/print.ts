import type { RowResult } from './result.js';

/** The table for a terminal. */
export function summarize(results: RowResult[]): string {
  const lines = results.map((result) => [result.title, ...cells(result)]);
  const table = [['work', 'limit', 'measured', 'pairs', 'seconds', ''], ...lines];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  const [first] = results;
  return [
    ...table.map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
    ...(first ? ['', describeMachine(first)] : []),
    '',
  ].join('\n');
}

export function describeMachine({
  machine,
  scale,
  loftScale,
}: Pick<RowResult, 'machine' | 'scale' | 'loftScale'>): string {
  const { cores, cpu, memoryBytes, postgres, node } = machine;
  return `${cores} cores (${cpu}), ${Math.round(memoryBytes / 2 ** 30)} GB, PostgreSQL ${postgres}, Node.js ${node}, scale ${scale} (sample: ${loftScale})`;
}

function cells(result: RowResult): string[] {
  if (result.status === 'skipped') return [formatLimit(result), '', '', '', `skipped: ${result.reason}`];
  const { value, pairs, sides, status } = result;
  return [
    formatLimit(result),
    formatValue(result, value),
    pairs ? `${pairs.lowest.toFixed(2)}–${pairs.highest.toFixed(2)}` : '',
    isTimed(result) ? sides.map(({ name, median }) => `${name} ${median.seconds.toFixed(1)}`).join(', ') : '',
    status,
  ];
}

export function formatLimit(result: RowResult): string {
  return `≤ ${formatValue(result, result.limit)}`;
}

export function formatValue({ judges }: RowResult, value: number): string {
  const [unit = ''] = judges.split(' ');
  return UNITS.includes(unit) ? `${Math.round(value)} ${unit}` : value.toFixed(2);
}

const UNITS = ['MB', 'ns'];

/** Whether its sides are judged by how long they took; others have figures of their own. */
export function isTimed({ judges }: RowResult): boolean {
  return judges.includes('seconds');
}
