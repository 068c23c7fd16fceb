import { readSchema } from '../activities/read-schema.js';
import type { Services } from '../activities/services.js';
import { ConfigurationError } from '../contracts/errors.js';
import type { TablePlan } from '../contracts/plan.js';
import type { TablePreview } from '../contracts/preview.js';
import { qualified, relationLabel } from '../contracts/relations.js';
import type { SchemaDefinition } from '../contracts/schema.js';
import { createDataAnonymizer, type TextRow } from '../engine/anonymizer/data-anonymizer.js';
import { type DecidedColumns, decideColumns } from '../engine/anonymizer/decide-columns.js';
import { readRulesFile } from '../engine/anonymizer/rules-file.js';
import { createPartitionTree } from '../engine/plan/partition-tree.js';
import { requireDecided } from '../engine/plan/require-decided.js';
import { planTables } from '../engine/plan/tables.js';
import { translatePostgresError } from '../engine/postgres/errors.js';
import { quoteIdentifier, quoteRelation } from '../engine/postgres/quote.js';
import type { ReadOnlySource } from '../engine/safety/proofs.js';

export interface PreviewInput {
  source: string;
  target: string;
  /** `schema.table`, or a table of schema public. */
  table: string;
  rows: number;
  /** Also return what the source has. */
  showSource: boolean;
}

/**
 * Masks the first rows of a table as a clone into `target` would, without touching the target. A partitioned table shows rows of its partitions.
 * @throws ConfigurationError `CONFIGURATION_INVALID` for an unknown table, `RULE_INVALID`; SafetyError when the source cannot be proven read-only
 */
export async function previewTable(services: Services, input: PreviewInput): Promise<TablePreview> {
  const { configuration, guard } = services;
  const { source: sourceName, target, showSource } = input;
  configuration.require([sourceName, target]);
  const source = await guard.admitSource(sourceName);
  const schema = await readSchema(source);
  const decided = decideColumns({
    schema,
    rules: (await readRulesFile(configuration.rulesFile)).rules,
    generators: Object.keys(configuration.generators),
  });
  requireDecided({ source: sourceName, decided, isCopied: () => false });
  const plans = plansOf(schema, decided, input.table);
  const [plan] = plans;
  if (!plan) throw unknownTable(input, schema);

  const { generators } = configuration;
  const anonymizer = createDataAnonymizer({ key: () => configuration.maskKey(target), generators });
  const undecided = undecidedOf(schema, decided, plan);
  const before = await readRows(source, plans, input.rows);
  const after = anonymizer.anonymizeTable(plan, before);
  return {
    table: qualified(input.table),
    source: sourceName,
    target,
    columns: plan.columns.map(({ name, rule }) => ({
      name,
      rule: undecided.has(name) ? 'undecided' : (rule?.generator ?? rule?.type ?? 'keep'),
    })),
    rows: after.map((row, index) => ({
      ...(showSource && { before: before[index] ?? [] }),
      after: row.map((value, at) => (undecided.has(plan.columns[at]?.name ?? '') ? null : value)),
    })),
  };
}

/** Of the table, or of the partitions that hold its rows. */
function plansOf({ tables }: SchemaDefinition, { rules }: DecidedColumns, asked: string): TablePlan[] {
  const tree = createPartitionTree(tables);
  const table = tree.get(qualified(asked));
  if (!table) return [];
  const wanted = new Set([table, ...tree.partitionsOf(table)]);
  return planTables({ tables, isCopied: (each) => wanted.has(each), rules: [rules] });
}

function unknownTable({ source, table }: PreviewInput, { tables }: SchemaDefinition): ConfigurationError {
  const names = tables.map(relationLabel).filter((label) => label.endsWith(`.${table.split('.').at(-1)}`));
  const meant = names.length > 0 ? `; there is ${names.join(', ')}` : '';
  return new ConfigurationError(
    'CONFIGURATION_INVALID',
    `${source} has no table ${qualified(table)} with rows${meant}`,
  );
}

/** Rules are written for the root of a partitioned table. */
function undecidedOf({ tables }: SchemaDefinition, { undecided }: DecidedColumns, plan: TablePlan): Set<string> {
  const tree = createPartitionTree(tables);
  const table = tree.get(relationLabel(plan));
  const root = table && relationLabel(tree.rootOf(table));
  return new Set(undecided.flatMap((column) => (column.table === root ? [column.column] : [])));
}

async function readRows(source: ReadOnlySource, plans: readonly TablePlan[], count: number): Promise<TextRow[]> {
  await using session = await source.connect({ purpose: 'preview' });
  const rows: TextRow[] = [];
  const [first] = plans; // partitions may have their columns in other orders
  if (!first) return rows;
  try {
    await session.query('set row_security = off');
    for (const plan of plans) {
      if (rows.length >= count) break;
      const columns = first.columns.map(({ name }) => `${quoteIdentifier(name)}::text`);
      const [only] = await session.query<{ rows: TextRow[] }>(
        `select coalesce(json_agg(r.columns), '[]') as rows
           from (select array[${columns.join(', ')}]::text[] as columns from only ${quoteRelation(plan)} limit $1) r`,
        [count - rows.length],
      );
      rows.push(...(only?.rows ?? []));
    }
    return rows;
  } catch (error) {
    throw translatePostgresError(error, {
      doing: 'reading rows to preview',
      environment: source.environment,
      otherwise: 'COPY_FAILED',
    });
  }
}
