import type { AnonymizationReport, MaskedColumn } from '../../contracts/anonymization.js';
import type { OperationReport } from '../../contracts/report.js';
import { formatCount } from './format.js';
import { code } from './render-text.js';

const LISTED = 200;

/** What masking was made of, and what it did to each column. */
export function renderMasking({ masking }: OperationReport): string[] {
  if (!masking) return [];
  const { dictionary, overriding, tables } = masking;
  const rows = tables.flatMap((table) => (table.columns ?? []).map((column) => row(table, column)));
  return [
    '## Masking',
    '',
    `Dictionary ${code(dictionary)}.`,
    ...(overriding.length > 0 ? ['', 'Rules of this run:', ''] : []),
    ...overriding.map(
      ({ tableName, columnName, anonymizationType, instead }) =>
        `- ${code(`${tableName}.${columnName}`)}: ${anonymizationType}${instead ? `, instead of ${instead}` : ''}`,
    ),
    ...tables.flatMap(({ tableName, keptRecords = 0 }) =>
      keptRecords > 0 ? ['', `${formatCount(keptRecords)} rows of ${code(tableName)} stayed as they are.`] : [],
    ),
    '',
    '| column | rule | NULL | different values before | after |',
    '|---|---|--:|--:|--:|',
    ...rows.slice(0, LISTED),
    ...(rows.length > LISTED ? ['', `And ${formatCount(rows.length - LISTED)} more columns.`] : []),
    '',
    'Different values are estimates of statistics, of the source and of the target.',
  ];
}

function row({ tableName }: AnonymizationReport, { name, type, nulls, distinctBefore, distinctAfter }: MaskedColumn) {
  const cells = [
    code(`${tableName}.${name}`),
    type,
    formatCount(nulls),
    estimate(distinctBefore),
    estimate(distinctAfter),
  ];
  return `| ${cells.join(' | ')} |`;
}

function estimate(count: number | undefined): string {
  return count === undefined ? '' : `~${formatCount(count)}`;
}
