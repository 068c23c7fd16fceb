import type { CopyUnit, RowRange, TablePlan } from '../../contracts/plan.js';

const MEBIBYTE = 1024 * 1024;
/** One transaction's share of a split table: so much is copied again after an interruption. */
const CHUNK_BYTES = 256 * MEBIBYTE;
/** A smaller table is one transaction, and its rows arrive frozen. */
const SPLIT_FROM_BYTES = 1024 * MEBIBYTE;
/** What an activity copies in about five minutes. */
const UNIT_BYTES = 15 * 1024 * MEBIBYTE;
/** Shares of a table, so that lanes are not left idle at its end. */
const UNITS_AT_LEAST = 8;

/** The units of a table that is better copied in several, or undefined. */
export function splitTable(table: TablePlan): CopyUnit[] | undefined {
  const { pages = 0, sizeBytes } = table;
  const isSplit = pages > 0 && sizeBytes >= SPLIT_FROM_BYTES && table.into === undefined && table.where === undefined;
  if (!isSplit) return undefined;
  const ranges = pageRanges(pages, Math.ceil(sizeBytes / CHUNK_BYTES));
  const rangeBytes = sizeBytes / ranges.length;
  const unitBytes = Math.min(UNIT_BYTES, Math.max(CHUNK_BYTES, sizeBytes / UNITS_AT_LEAST));
  const perUnit = Math.max(1, Math.floor(unitBytes / rangeBytes));
  return Array.from({ length: Math.ceil(ranges.length / perUnit) }, (_, unit) => {
    const own = ranges.slice(unit * perUnit, (unit + 1) * perUnit);
    return { tables: [table], ranges: own, sizeBytes: Math.round(rangeBytes * own.length) };
  });
}

/** Ranges of about as many pages each. The first has no lower end and the last no upper one: pages that came after the plan are in it. */
export function pageRanges(pages: number, count: number): RowRange[] {
  const each = Math.max(1, Math.ceil(pages / count));
  const chunks = Math.max(1, Math.ceil(pages / each));
  return Array.from({ length: chunks }, (_, chunk) => {
    const from = chunk > 0 ? [`ctid >= '(${chunk * each},0)'::tid`] : [];
    const to = chunk < chunks - 1 ? [`ctid < '(${(chunk + 1) * each},0)'::tid`] : [];
    return { chunk, where: [...from, ...to].join(' and ') || 'true' };
  });
}
