import { SafetyError } from '../../contracts/errors.js';

const SHOWN = 20;

export interface BrokenReference {
  /** `schema.table`, whose rows reference rows that are not there. */
  table: string;
  constraint: string;
  references: string;
  rows: number;
}

/** Nothing of a rollback of parts is done, because of each of the reasons. */
export function rollbackRefused(environment: string, reasons: readonly string[], next?: string): SafetyError {
  const rest = reasons.length - SHOWN;
  const lines = [...reasons.slice(0, SHOWN), ...(rest > 0 ? [`and ${rest} more`] : [])];
  return new SafetyError(
    'ROLLBACK_REFUSED',
    [`nothing of ${environment} was changed:`, ...lines.map((line) => `  ${line}`)].join('\n'),
    { details: { reasons }, ...(next && { next }) },
  );
}

export function referencesRefused(
  environment: string,
  broken: readonly BrokenReference[],
  canCascade: boolean,
): SafetyError {
  const reasons = broken.map(
    ({ table, constraint, references, rows }) =>
      `${table} (${constraint}): ${rows} row(s) would reference rows of ${references} that are not there`,
  );
  return rollbackRefused(
    environment,
    reasons,
    canCascade
      ? 'To take these tables back as well: --cascade. To take back the tables they reference: name those too.'
      : 'Name the tables that they reference as well, or return to the whole restore point.',
  );
}
