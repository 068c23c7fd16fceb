import {
  type ClonePlan,
  type ColumnPlan,
  type ColumnRule,
  isMasked,
  plannedTables,
  type TablePlan,
} from '../../contracts/plan.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { TypeShape } from '../../contracts/schema.js';
import type { Session } from '../postgres/session.js';
import { type Coincidence, coincidenceAnywhere, coincidenceInRow } from './coincidence.js';
import { readRelations } from './relations.js';
import { maskedRowsOf } from './table-filter.js';

export interface MaskedColumn {
  name: string;
  shape: TypeShape;
  rule: ColumnRule;
}

/** Masked columns of one relation of the target, beside the relations of the source that its rows came from. */
export interface LeakSubject {
  label: string;
  target: RelationName;
  sources: RelationName[];
  /** The relations of the target that hold the rows: itself, or its leaf partitions. */
  storage: RelationName[];
  where?: string;
  columns: MaskedColumn[];
  /** Columns that name the same row on both sides: a unique key that no rule touches. Absent: values are compared without their rows. */
  key?: string[];
  estimatedRows: number;
  /** Both sides store text as UTF8. */
  isUnicode: boolean;
}

/** What has to be compared, each relation of the target once. Columns that no comparison can judge are left out. */
export async function leakSubjects(
  session: Session,
  plan: ClonePlan,
  { isUnicode }: { isUnicode: boolean },
): Promise<LeakSubject[]> {
  const subjects = groupByTarget(plannedTables(plan));
  if (subjects.length === 0) return [];
  const relations = await readRelations(session);
  const keys = await readUniqueKeys(
    session,
    subjects.map(({ target }) => target),
  );
  return subjects.map(({ ruled, ...grouped }) => {
    const subject = { ...grouped, isUnicode, storage: relations.get(grouped.label)?.storage ?? [] };
    const key = keys.get(subject.label)?.find((columns) => !columns.some((column) => ruled.has(column)));
    return key ? { ...subject, key } : subject;
  });
}

interface GroupedSubject extends Omit<LeakSubject, 'storage' | 'key' | 'isUnicode'> {
  /** Every column with a rule that may change its value. */
  ruled: Set<string>;
}

function groupByTarget(tables: readonly TablePlan[]): GroupedSubject[] {
  const groups = new Map<string, GroupedSubject>();
  for (const table of tables) {
    const columns = table.columns.flatMap(asComparable);
    if (columns.length === 0) continue;
    const target: RelationName = table.into ?? { schema: table.schema, name: table.name };
    const label = relationLabel(target);
    const where = maskedRowsOf(table);
    const group = groups.get(label) ?? {
      label,
      target,
      sources: [],
      columns,
      ruled: new Set(table.columns.filter(isMasked).map(({ name }) => name)),
      estimatedRows: 0,
      ...(where && { where }),
    };
    group.sources.push({ schema: table.schema, name: table.name });
    group.estimatedRows += Math.max(0, table.estimatedRows);
    groups.set(label, group);
  }
  return [...groups.values()];
}

/** What `null`, `empty`, `constant` and `passwordHash` make is checked by itself; truth values and labels are too few to tell masked from kept. */
function asComparable({ name, shape, rule }: ColumnPlan): MaskedColumn[] {
  if (!rule || ['keep', 'constant', 'null', 'empty'].includes(rule.type)) return [];
  if (rule.type === 'passwordHash' && shape.kind === 'scalar') return [];
  const element = shape.kind === 'array' ? shape.element : shape;
  if (element.kind === 'enum' || element.kind === 'range') return [];
  if (element.kind === 'scalar' && ['bool', 'char'].includes(element.name)) return [];
  if (shape.kind === 'array' && isJson(element)) return [];
  return [{ name, shape, rule }];
}

export function isJson(shape: TypeShape): shape is { kind: 'scalar'; name: 'json' | 'jsonb' } {
  return shape.kind === 'scalar' && (shape.name === 'json' || shape.name === 'jsonb');
}

export function isTextType(shape: TypeShape): boolean {
  return shape.kind === 'scalar' && TEXT_TYPES.has(shape.name);
}

/** How equal values of a column are judged, by what they are compared with. */
export function coincidenceOf({ rule, shape }: MaskedColumn, { key }: { key?: string[] }): Coincidence {
  const coincidence = key ? coincidenceInRow(rule.type) : coincidenceAnywhere(rule.type);
  if (shape.kind !== 'scalar' || isTextType(shape) || isJson(shape) || WIDE_TYPES.has(shape.name)) return coincidence;
  // A number or a date has few values: alike by chance more often than any text.
  return { minLength: Math.max(6, coincidence.minLength), odds: key ? 0.05 : 'certain' };
}

const TEXT_TYPES = new Set(['text', 'varchar', 'bpchar', 'citext', 'name', 'xml']);
const WIDE_TYPES = new Set(['uuid', 'bytea']);

/** Unique keys without nulls, by the label of their relation; primary and short ones first. */
async function readUniqueKeys(session: Session, relations: readonly RelationName[]): Promise<Map<string, string[][]>> {
  const rows = await session.query<{ schema: string; name: string; columns: string[] }>(UNIQUE_KEYS, [
    relations.map(({ schema }) => schema),
    relations.map(({ name }) => name),
  ]);
  const keys = new Map<string, string[][]>();
  for (const { columns, ...relation } of rows) {
    const label = relationLabel(relation);
    keys.set(label, [...(keys.get(label) ?? []), columns]);
  }
  return keys;
}

const UNIQUE_KEYS = `
  select w.schema, w.name, k.columns
    from unnest($1::text[], $2::text[]) w(schema, name)
    join pg_namespace n on n.nspname = w.schema
    join pg_class c on c.relnamespace = n.oid and c.relname = w.name
    join pg_index i on i.indrelid = c.oid
    cross join lateral (
      select array_agg(a.attname::text order by u.at) as columns, bool_and(a.attnotnull) as is_not_null
        from unnest(i.indkey::int2[]) with ordinality u(attnum, at)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum
       where u.at <= i.indnkeyatts
    ) k
   where i.indisunique
     and i.indisvalid
     and i.indpred is null
     and i.indexprs is null
     and k.is_not_null
   order by i.indisprimary desc, i.indnkeyatts`;
