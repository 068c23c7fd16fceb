import type { OperationReport } from '../../contracts/report.js';
import { formatCount } from './format.js';
import { code } from './render-text.js';

const LISTED = 100;

/** What a rollback returned to, and what it changed. */
export function renderRollback({ rollback }: OperationReport): string[] {
  if (!rollback) return [];
  const { restorePoint, tables, records, changes } = rollback;
  const head = [
    '## Returned to',
    '',
    `Restore point ${code(restorePoint.id)}: ${formatCount(records)} rows in ${formatCount(tables)} tables.`,
  ];
  if (!changes) return head;
  return [
    ...head,
    ...(changes.tables.length > 0 ? ['', '| table | rows before | rows now |', '|---|--:|--:|'] : []),
    ...changes.tables.slice(0, LISTED).map(({ table, rowsBefore, rowsAfter, cascaded }) => {
      const cells = [code(table) + (cascaded ? ' (followed)' : ''), formatCount(rowsBefore), formatCount(rowsAfter)];
      return `| ${cells.join(' | ')} |`;
    }),
    ...(changes.objects.length > 0 ? [''] : []),
    ...changes.objects.slice(0, LISTED).map(({ kind, name, change }) => `- ${change}: ${kind} ${code(name)}`),
    ...rest(changes.tables.length + changes.objects.length),
    ...(changes.kept.length > 0
      ? ['', `Not in the restore point, and kept: ${changes.kept.map(code).join(', ')}.`]
      : []),
  ];
}

function rest(count: number): string[] {
  return count > 2 * LISTED ? ['- and more: `envclone report … --json` has all'] : [];
}
