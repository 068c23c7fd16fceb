import { relationLabel } from '../../contracts/relations.js';
import type { TableDefinition, TypeShape } from '../../contracts/schema.js';
import { describePostgresError } from '../postgres/errors.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { drawnPages } from '../postgres/table-sample.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { type ColumnFacts, columnKey, type TableFacts } from './column-facts.js';
import { type ColumnSample, countDocuments, countTexts, SAMPLED_CHARACTERS } from './column-sample.js';
import { TEXT_TYPES } from './generator.js';

export interface SampleColumnsInput {
  source: ReadOnlySource;
  facts: TableFacts;
  /** Those that are read; what is not text or json is left out. */
  columns: readonly ColumnFacts[];
  /** Default 30 s. */
  withinMs?: number;
  signal?: AbortSignal;
}

export interface SampledColumns {
  /** By `columnKey`. */
  samples: Map<string, ColumnSample>;
  /** Tables that were not read, and why. */
  notes: string[];
}

const WITHIN_MS = 30_000;
const TABLE_TIMEOUT_MS = 5_000;

/** Reads at most a thousand rows of each table and keeps counts of what they look like. A table that cannot be read is a note. */
export async function sampleColumns(input: SampleColumnsInput): Promise<SampledColumns> {
  const { source, facts, columns, withinMs = WITHIN_MS, signal } = input;
  const result: SampledColumns = { samples: new Map(), notes: [] };
  const tables = byOwner(columns.filter(isSampled));
  if (tables.size === 0) return result;
  const until = Date.now() + withinMs;
  await using session = await source.connect({ purpose: 'sample', ...(signal && { signal }) });
  for (const [owner, members] of tables) {
    signal?.throwIfAborted();
    const leftMs = until - Date.now();
    const note = (why: string) => result.notes.push(`${relationLabel(owner)} was not sampled: ${why}`);
    if (leftMs <= 0) {
      note(`${withinMs / 1000} s were over`);
      continue;
    }
    try {
      const table = { owner, members, estimatedRows: rowsOf(owner, facts) };
      const rows = await readRows(session, table, Math.min(TABLE_TIMEOUT_MS, leftMs));
      for (const [index, { table, column }] of members.entries()) {
        const texts = rows.map((row) => row[`c${index}`] ?? null);
        result.samples.set(
          columnKey(table, column.name),
          isJson(column.shape) ? countDocuments(texts) : countTexts(texts),
        );
      }
    } catch (error) {
      note(describePostgresError(error));
    }
  }
  return result;
}

function byOwner(columns: readonly ColumnFacts[]): Map<TableDefinition, ColumnFacts[]> {
  const tables = new Map<TableDefinition, ColumnFacts[]>();
  for (const facts of columns) tables.set(facts.owner, [...(tables.get(facts.owner) ?? []), facts]);
  return tables;
}

function isSampled({ column: { shape } }: ColumnFacts): boolean {
  const leaf = shape.kind === 'array' ? shape.element : shape;
  return isJson(shape) || (leaf.kind === 'scalar' && TEXT_TYPES.includes(leaf.name));
}

function isJson(shape: TypeShape): boolean {
  return shape.kind === 'scalar' && ['json', 'jsonb'].includes(shape.name);
}

/** As the statistics have it, or guessed from the size where there are none; a partitioned table has those of its partitions. */
function rowsOf(owner: TableDefinition, { tables, rootOf }: TableFacts): number {
  let rows = 0;
  for (const table of tables.values()) {
    if (rootOf(table) !== owner || table.kind === 'partitioned') continue;
    rows += table.estimatedRows > 0 ? table.estimatedRows : table.sizeBytes / GUESSED_ROW_BYTES;
  }
  return rows;
}

const GUESSED_ROW_BYTES = 100;

interface SampledTable {
  owner: TableDefinition;
  members: readonly ColumnFacts[];
  estimatedRows: number;
}

type Row = Record<string, string | null>;

/** Twice the rows, for pages are drawn and not rows. Statistics can be so old that no page is: then the first rows have to do. */
async function readRows(session: Session, table: SampledTable, timeoutMs: number): Promise<Row[]> {
  return session.transaction(
    async () => {
      await session.query(`select set_config('statement_timeout', $1, true)`, [String(timeoutMs)]);
      const isBig = table.estimatedRows > BIG_ROWS;
      const rows = isBig
        ? await session.query<Row>(sampleSql(table, drawnPages((2 * ROWS) / table.estimatedRows)))
        : [];
      return rows.length > 0 ? rows : session.query<Row>(sampleSql(table));
    },
    { mode: 'read only' },
  );
}

const ROWS = 1_000;
const BIG_ROWS = 10_000;
/** Of a whole document: a part of one is no JSON. */
const DOCUMENT_CHARACTERS = 10_000;

/** Rows: `c0`, `c1`, … the beginnings of the members' texts. */
function sampleSql({ owner, members }: SampledTable, pages = ''): string {
  const only = owner.kind === 'partitioned' ? '' : 'only ';
  return `
    select ${members.map(({ column }, index) => `${beginningOf(column)} as c${index}`).join(', ')}
      from ${only}${quoteRelation(owner)}${pages}
     limit ${ROWS}`;
}

function beginningOf({ name, shape }: ColumnFacts['column']): string {
  const column = quoteIdentifier(name);
  if (isJson(shape)) return `substring(${column}::text, 1, ${DOCUMENT_CHARACTERS})`;
  if (shape.kind !== 'array') return `substring(${column}::text, 1, ${SAMPLED_CHARACTERS})`;
  return `(select substring(element::text, 1, ${SAMPLED_CHARACTERS}) from unnest(${column}) element limit 1)`;
}
