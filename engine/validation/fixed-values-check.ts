import { TEST_PASSWORD_HASH } from '../../contracts/anonymization.js';
import { type ColumnPlan, plannedTables, type TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import { quoteIdentifier, quoteLiteral, quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { type CheckContext, type CheckOutcome, counted, openTarget } from './check.js';
import { readRelations } from './relations.js';
import { filterOf, maskedRowsOf } from './table-filter.js';

/** Every column whose rule is `null`, `empty`, `constant` or `passwordHash` holds that, and nothing else. */
export async function checkFixedValues(context: CheckContext): Promise<CheckOutcome> {
  const tables = tablesWithFixedValues(context);
  const outcome: CheckOutcome = { errors: [], warnings: [] };
  if (tables.length === 0) return outcome;
  await using session = await openTarget(context);
  const relations = await readRelations(session);
  for (const { table, columns } of tables) {
    const label = relationLabel(table.into ?? table);
    if (!relations.has(label)) continue; // reported by the checks of schema and rows
    const types = await columnTypes(session, table);
    const counts = await countOthers(session, { table, columns, types, storage: relations.get(label)?.storage ?? [] });
    for (const [at, { name, rule }] of columns.entries()) {
      const others = counts[at] ?? 0;
      if (others === 0) continue;
      outcome.errors.push({
        code: 'VALIDATION_FAILED',
        message: `${label}.${name}: ${counted(others, 'row')} not as the rule '${rule?.type}' makes them`,
        object: label,
      });
    }
  }
  return outcome;
}

interface FixedTable {
  table: TablePlan;
  columns: ColumnPlan[];
}

/** One entry a relation of the target: leaves that were written into a root are looked at there. */
function tablesWithFixedValues({ plan }: CheckContext): FixedTable[] {
  const byTarget = new Map<string, FixedTable>();
  for (const table of plan ? plannedTables(plan) : []) {
    const columns = table.columns.filter(isFixed);
    if (columns.length > 0) byTarget.set(relationLabel(table.into ?? table), { table, columns });
  }
  return [...byTarget.values()];
}

/** A constant inside an array or a composite has no one text form to compare with. */
function isFixed({ rule, shape }: ColumnPlan): boolean {
  if (rule?.type === 'constant') return rule.value !== undefined && (shape.kind === 'scalar' || shape.kind === 'enum');
  if (rule?.type === 'passwordHash') return shape.kind === 'scalar';
  return rule?.type === 'null' || rule?.type === 'empty';
}

async function countOthers(
  session: Session,
  input: FixedTable & { types: ReadonlyMap<string, string>; storage: readonly { schema: string; name: string }[] },
): Promise<number[]> {
  const { table, columns, types, storage } = input;
  const counts = columns.map(
    (column, at) => `count(*) filter (where ${isOther(column, types.get(column.name) ?? 'text')})::text as c${at}`,
  );
  const totals = columns.map(() => 0);
  for (const relation of storage) {
    const row = await session.one<Record<string, string>>(
      `select ${counts.join(', ')} from only ${quoteRelation(relation)} t${filterOf(maskedRowsOf(table))}`,
    );
    for (const at of totals.keys()) totals[at] = (totals[at] ?? 0) + Number(row[`c${at}`]);
  }
  return totals;
}

function isOther({ name, rule }: ColumnPlan, type: string): string {
  const column = `t.${quoteIdentifier(name)}`;
  if (rule?.type === 'null') return `${column} is not null`;
  if (rule?.type === 'empty') return `${column}::text not in ('', '{}', '[]', '""', '\\x', 'null', 'empty', '()')`;
  // Blank values stay, and narrow columns hold its beginning.
  if (rule?.type === 'passwordHash') return `strpos(${quoteLiteral(TEST_PASSWORD_HASH)}, btrim(${column}::text)) <> 1`;
  return `${column}::text <> (${quoteLiteral(rule?.value ?? '')}::${type})::text`;
}

/** Types of the target's columns as they are written in a cast. */
async function columnTypes(session: Session, { into, schema, name }: TablePlan): Promise<Map<string, string>> {
  const rows = await session.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type
       from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [quoteRelation(into ?? { schema, name })],
  );
  return new Map(rows.map(({ name: column, type }) => [column, type]));
}
