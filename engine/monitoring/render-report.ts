import type { OperationOutcome, OperationReport } from '../../contracts/report.js';
import type { CopyProof, CopyVerification } from '../../contracts/validation.js';
import { formatBytes, formatCount, formatDuration } from './format.js';
import { renderMasking } from './render-masking.js';
import { renderRollback } from './render-rollback.js';
import { renderRates, renderStages } from './render-statistics.js';
import { code, text } from './render-text.js';

const LISTED = 100;

/** A report in Markdown, for people. */
export function renderReport(report: OperationReport): string {
  return [heading(report), ...SECTIONS.map((section) => section(report))]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
    .concat('\n');
}

type Section = (report: OperationReport) => string[];

const SECTIONS: readonly Section[] = [
  failure,
  renderRollback,
  tables,
  renderMasking,
  list('Left empty', ({ emptied }) => emptied.map(({ table, reason }) => `${code(table)}: ${text(reason)}`)),
  list('Set to NULL', ({ nulled }) =>
    nulled.map(({ table, column, reason }) => `${code(`${table}.${column}`)}: ${text(reason)}`),
  ),
  list('Made harmless', ({ neutralized }) =>
    neutralized.map(({ kind, name, reason }) => `${kind} ${code(name)}: ${text(reason)}`),
  ),
  list('Left out', ({ leftOut }) => leftOut.map(({ kind, name, reason }) => `${kind} ${code(name)}: ${text(reason)}`)),
  list('Warnings', ({ warnings }) => warnings.map(text)),
  validation,
  wayBack,
  renderStages,
  renderRates,
  list('Events', ({ events }) =>
    events.map((event) => `${event.timestamp} ${event.level} ${event.component}: ${text(event.message)}`),
  ),
];

function heading({ operation, status, source, target, outcome }: OperationReport): string[] {
  const what = source && target && source !== target ? `${source} → ${target}` : (target ?? operation);
  const by = outcome?.requestedBy ? `, asked for by ${text(outcome.requestedBy)}` : '';
  const when = outcome ? `${outcome.startedAt} to ${outcome.completedAt}${by}` : 'no end was recorded';
  return [
    `# ${outcome?.kind ?? 'operation'} ${what}: ${STATUS[status]}`,
    '',
    `Operation ${code(operation)}, ${when}.`,
    ...totals(outcome),
  ];
}

const STATUS: Record<OperationReport['status'], string> = {
  completed: 'completed',
  kept_invalid: 'kept, although it is not valid',
  failed: 'failed',
  unfinished: 'not finished',
};

function totals(outcome?: OperationOutcome): string[] {
  const statistics = outcome?.statistics;
  if (!statistics) return [];
  const {
    tablesCloned,
    recordsCloned,
    recordsAnonymized,
    functionsCloned,
    triggersCloned,
    totalBytesCloned,
    duration,
  } = statistics;
  return [
    '',
    `${formatCount(recordsCloned)} rows (${formatBytes(totalBytesCloned)}) of ${formatCount(tablesCloned)} tables, ${formatCount(recordsAnonymized)} rows anonymized, ` +
      `${formatCount(functionsCloned)} functions and ${formatCount(triggersCloned)} triggers, in ${formatDuration(duration)}.`,
  ];
}

function failure({ outcome }: OperationReport): string[] {
  if (!outcome?.failure) return [];
  const { code: errorCode, message, next, target } = outcome.failure;
  return [
    '## Failure',
    '',
    `- ${code(errorCode)}: ${text(message)}`,
    `- ${outcome.target} is ${TARGET[target]}.`,
    ...(next ? [`- Next: ${text(next)}`] : []),
  ];
}

const TARGET: Record<NonNullable<OperationOutcome['failure']>['target'], string> = {
  untouched: 'untouched',
  restored: 'as it was before: it was restored',
  'not restored': 'neither the clone nor what it was before: it needs a restore by hand',
  kept: 'the clone as it is: it was kept',
};

function tables({ tables: rows }: OperationReport): string[] {
  if (rows.length === 0) return [];
  return [
    '## Tables',
    '',
    '| table | rows | size | masked values | masked columns |',
    '|---|--:|--:|--:|---|',
    ...rows.map(({ table, rows: count, bytes, maskedValues, maskedFields }) => {
      const cells = [code(table), formatCount(count), formatBytes(bytes), formatCount(maskedValues)];
      return `| ${[...cells, maskedFields.map(code).join(', ')].join(' | ')} |`;
    }),
  ];
}

function validation({ validation: result }: OperationReport): string[] {
  if (!result) return [];
  const { isValid, errors, warnings, statistics, verification, health, tests = [] } = result;
  const failed = tests.filter(({ status }) => status !== 'passed');
  return [
    `## Validation: ${isValid ? 'valid' : 'not valid'}`,
    '',
    `${formatCount(statistics.records)} rows in ${formatCount(statistics.tables)} tables, ${formatCount(statistics.indexes)} indexes, ${formatCount(statistics.policies)} policies, ${formatBytes(statistics.sizeBytes)}.`,
    ...capped(errors.map(({ message }) => `- error: ${text(message)}`)),
    ...capped(warnings.map(({ message }) => `- warning: ${text(message)}`)),
    ...(verification ? [`- ${PROOF[verification.proof](verification)}`] : []),
    ...(health ? [`- health: ${health.state} (${health.checks.length} checks)`] : []),
    ...(tests.length > 0 ? [`- tests: ${tests.length - failed.length} of ${tests.length} passed`] : []),
    ...capped(
      failed.map(
        (test) =>
          `- test ${text(test.suite)}, ${text(test.name)}: ${test.status} after ${test.attempts}: ${text(test.message ?? '')}`,
      ),
    ),
  ];
}

const PROOF: Record<CopyProof, (verification: CopyVerification) => string> = {
  counts: ({ rows, tables: count }) =>
    `compared with the copy's snapshot: ${formatCount(rows)} rows counted in ${formatCount(count)} tables`,
  checksums: ({ rows, tables: count, columns }) =>
    `compared with the copy's snapshot: checksums of ${formatCount(rows)} rows in ${formatCount(count)} tables, over ${formatCount(columns)} unmasked columns`,
};

function wayBack({ outcome }: OperationReport): string[] {
  const point = outcome?.restorePoint;
  if (!point) return [];
  const command = `envclone rollback ${point.environment} --to ${point.id} --confirm ${point.environment}`;
  return ['## The way back', '', `Restore point ${code(point.id)}: ${code(command)}`];
}

function list(title: string, itemsOf: (report: OperationReport) => string[]): Section {
  return (report) => {
    const items = itemsOf(report);
    return items.length > 0 ? [`## ${title}`, '', ...capped(items.map((item) => `- ${item}`))] : [];
  };
}

function capped(lines: readonly string[]): string[] {
  const rest = lines.length - LISTED;
  return rest > 0 ? [...lines.slice(0, LISTED), `- and ${rest} more`] : [...lines];
}
