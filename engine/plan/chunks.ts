import { type CopyUnit, KEPT_ROWS_CHUNK, type RowRange, type TablePlan } from '../../contracts/plan.js';
import { quoteIdentifier } from '../postgres/quote.js';

const MEBIBYTE = 1024 * 1024;
/** One transaction's share of a split table: so much is copied again after an interruption. */
const CHUNK_BYTES = 256 * MEBIBYTE;
/** A smaller table is one transaction, and its rows arrive frozen. */
export const SPLIT_FROM_BYTES = 1024 * MEBIBYTE;
/** What an activity copies in about five minutes. */
const UNIT_BYTES = 15 * 1024 * MEBIBYTE;
/** Shares of a table, so that lanes are not left idle at its end. */
const UNITS_AT_LEAST = 8;

/** A key in whose order a table's rows lie, and values of it with about as many rows between each two. */
export interface SplitKey {
  column: string;
  /** As `format_type` writes it. */
  type: string;
  /** Ascending. */
  bounds: readonly string[];
}

/** The units of a table that is better copied in several, or undefined. */
export function splitTable(table: TablePlan, key?: SplitKey): CopyUnit[] | undefined {
  const units = splitBySize(table, key);
  return table.keptRows === undefined ? units : keepApart(units ?? [wholeRange(table)], table.keptRows);
}

/** Rows that no rule touches are a range of their own. */
function keepApart([first, ...units]: CopyUnit[], keptRows: string): CopyUnit[] {
  const others = (unit: CopyUnit): CopyUnit => ({
    ...unit,
    ranges: unit.ranges?.map((range) => ({ ...range, where: `(${range.where}) and (${keptRows}) is not true` })) ?? [],
  });
  if (!first) return [];
  const kept: RowRange = { chunk: KEPT_ROWS_CHUNK, where: keptRows, isKept: true };
  return [{ ...first, ranges: [...(others(first).ranges ?? []), kept] }, ...units.map(others)];
}

function wholeRange(table: TablePlan): CopyUnit {
  return { tables: [table], ranges: [{ chunk: 0, where: 'true' }], sizeBytes: table.sizeBytes };
}

function splitBySize(table: TablePlan, key?: SplitKey): CopyUnit[] | undefined {
  const { pages = 0, sizeBytes } = table;
  if (sizeBytes < SPLIT_FROM_BYTES || table.into !== undefined || table.where !== undefined) return undefined;
  const count = Math.ceil(sizeBytes / CHUNK_BYTES);
  const ranges = pages > 0 ? pageRanges(pages, count) : key ? keyRanges(key, count) : [];
  if (ranges.length === 0) return undefined;
  const rangeBytes = sizeBytes / ranges.length;
  const unitBytes = Math.min(UNIT_BYTES, Math.max(CHUNK_BYTES, sizeBytes / UNITS_AT_LEAST));
  const perUnit = Math.max(1, Math.floor(unitBytes / rangeBytes));
  return Array.from({ length: Math.ceil(ranges.length / perUnit) }, (_, unit) => {
    const own = ranges.slice(unit * perUnit, (unit + 1) * perUnit);
    return { tables: [table], ranges: own, sizeBytes: Math.round(rangeBytes * own.length) };
  });
}

/** Ranges of about as many pages each. */
export function pageRanges(pages: number, count: number): RowRange[] {
  const each = Math.max(1, Math.ceil(pages / count));
  const cuts = Math.max(0, Math.ceil(pages / each) - 1);
  return rangesBetween(
    'ctid',
    Array.from({ length: cuts }, (_, cut) => `'(${(cut + 1) * each},0)'::tid`),
  );
}

/** Ranges of about as many rows each; fewer than asked for when the key has too few values between its bounds. */
export function keyRanges({ column, type, bounds }: SplitKey, count: number): RowRange[] {
  const { toNumber, toText } = type === 'uuid' ? UUID : INTEGER;
  const numbers = bounds.map(toNumber);
  const cuts = new Set(Array.from({ length: count - 1 }, (_, cut) => numberAt(numbers, (cut + 1) / count)));
  return rangesBetween(
    quoteIdentifier(column),
    [...cuts].map((number) => `'${toText(number)}'::${type}`),
  );
}

/** The first range has no lower end and the last no upper one: what came after the plan is in them. */
function rangesBetween(expression: string, cuts: readonly string[]): RowRange[] {
  return Array.from({ length: cuts.length + 1 }, (_, chunk) => {
    const from = chunk > 0 ? [`${expression} >= ${cuts[chunk - 1]}`] : [];
    const to = chunk < cuts.length ? [`${expression} < ${cuts[chunk]}`] : [];
    return { chunk, where: [...from, ...to].join(' and ') || 'true' };
  });
}

const INTEGER = { toNumber: (text: string) => BigInt(text), toText: String };
const UUID = {
  toNumber: (text: string) => BigInt(`0x${text.replaceAll('-', '')}`),
  toText: (number: bigint) => number.toString(16).padStart(32, '0'),
};

const STEPS = 1_000_000;

/** What lies at this share of ascending numbers, between two of them in proportion. */
function numberAt(numbers: readonly bigint[], share: number): bigint {
  const position = share * (numbers.length - 1);
  const [lower = 0n, upper = lower] = numbers.slice(Math.floor(position));
  return lower + ((upper - lower) * BigInt(Math.floor((position % 1) * STEPS))) / BigInt(STEPS);
}
