import { type ClonePlan, type ColumnPlan, isMasked, plannedTables, type TablePlan } from '../../contracts/plan.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { quoteIdentifier, quoteLiteral } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { IS_USER_SCHEMA } from './check.js';
import { isJson } from './leak-subjects.js';
import { readRelations } from './relations.js';

/** A column of the target that can hold text. */
export interface TextPlace {
  /** As findings and acceptances name it: `public.messages.body`, with the partitioned table's name. */
  label: string;
  /** SQL of the row `t`: its text, or its bytes; of a column of numbers, those of nine digits and more. */
  text: string;
  /** Generators may have made some of it, or it is computed from such. */
  mayBeMade: boolean;
  isNumber?: true;
  isBytes?: true;
}

/** A relation with rows, and what of a row is text. */
export interface TextRelation {
  relation: RelationName;
  places: TextPlace[];
  /** SQL of the row `t`: a name for it that holds nothing personal. */
  key: string;
  /** SQL, true for rows that a person lets stay as they are. */
  keptRows: string | undefined;
  sizeBytes: number;
}

/** Every table, partition and materialized view of the target with a column that can hold text. One statement, whatever their number. */
export async function readTextRelations(session: Session, plan: ClonePlan): Promise<TextRelation[]> {
  const rows = await session.query<Row>(TEXT_RELATIONS);
  const planned = await plannedTablesByStorage(session, plan);
  return rows.map(({ schema, name, root, columns, key, sizeBytes }) => {
    const relation = { schema, name };
    const table = planned.get(relationLabel(relation));
    const columnOf = new Map(table?.columns.map((column) => [column.name, column]));
    return {
      relation,
      places: columns.flatMap((column) => placesOf(column, columnOf.get(column.name), relationLabel(root))),
      key: keyOf(key?.some((name) => isMasked(columnOf.get(name) ?? {})) ? undefined : key),
      keptRows: table?.keptRows,
      sizeBytes: Number(sizeBytes),
    };
  });
}

interface Row extends RelationName {
  root: RelationName;
  columns: Column[];
  /** Of the primary key, when numbers and uuids are all it has. */
  key: string[] | null;
  sizeBytes: string;
}

interface Column {
  name: string;
  isBytes: boolean;
  isNumber: boolean;
}

/** By the label of each relation that holds rows. */
async function plannedTablesByStorage(session: Session, plan: ClonePlan): Promise<Map<string, TablePlan>> {
  const relations = await readRelations(session);
  return new Map(
    plannedTables(plan).flatMap((table) => {
      const storage = relations.get(relationLabel(table.into ?? table))?.storage ?? [];
      return storage.map((relation) => [relationLabel(relation), table] as const);
    }),
  );
}

/** What no plan mentions was computed from other columns. Bytes may be a picture, in which anything can have the form of anything. */
function placesOf({ name, isBytes, isNumber }: Column, planned: ColumnPlan | undefined, table: string): TextPlace[] {
  const column = `t.${quoteIdentifier(name)}`;
  const label = `${table}.${name}`;
  if (isNumber) {
    const text = `case when ${column} >= 1e8 or ${column} <= -1e8 then ${column}::text end`;
    return planned && isMasked(planned) ? [] : [{ label, text, mayBeMade: !planned, isNumber }];
  }
  const mayBeMade = isBytes || !planned || isMasked(planned);
  if (isBytes) return [{ label, text: `substring(${column}::bytea, 1, ${LONGEST})`, mayBeMade, isBytes }];
  const whole = { label, text: `left(${column}::text, ${LONGEST})`, mayBeMade };
  return [whole, ...keptLeaves(planned, column).map((text) => ({ label, text, mayBeMade: false }))];
}

/** Characters of a value that are searched, and bytes. */
const LONGEST = 10_000_000;

/** Of a masked document, what its rule keeps: SQL of one text a path. */
function keptLeaves(planned: ColumnPlan | undefined, column: string): string[] {
  if (planned?.rule?.type !== 'json' || !isJson(planned.shape)) return [];
  const kept = Object.entries(planned.rule.paths ?? {}).filter(([, type]) => type === 'keep');
  return kept.map(
    ([path]) =>
      `(select left(string_agg(leaf #>> '{}', ' '), ${LONGEST}) from jsonb_path_query(${column}::jsonb, ${quoteLiteral(jsonPath(path))}) leaf)`,
  );
}

/** A rule's path in SQL/JSON's language, whose lax mode looks into arrays as rules do. */
function jsonPath(path: string): string {
  const steps = path.split('.').map((step) => (/^\*+$/.test(step) ? `.${step}` : `.${JSON.stringify(step)}`));
  return `lax $${steps.join('')}`;
}

function keyOf(key: readonly string[] | null | undefined): string {
  if (!key) return `'row ' || t.ctid::text`;
  return `concat_ws(', ', ${key.map((column) => `${quoteLiteral(`${column} `)} || t.${quoteIdentifier(column)}::text`).join(', ')})`;
}

/** Types whose values are text or hold it; of arrays and domains, what they are made of. */
const TEXT_TYPES = ['json', 'jsonb', 'xml', 'bytea', 'hstore', 'tsvector', 'ltree'];

const TEXT_RELATIONS = `
  with recursive leaf(oid, type) as (
    select t.oid, t.oid from pg_type t
    union
    select l.oid, case when t.typtype = 'd' then t.typbasetype else t.typelem end
      from leaf l
      join pg_type t on t.oid = l.type
     where t.typtype = 'd' or t.typcategory = 'A' and t.typelem <> 0
  ), holds_text as (
    select l.oid, t.typname = 'bytea' and l.oid = t.oid as is_bytes, false as is_number
      from leaf l
      join pg_type t on t.oid = l.type
     where t.typcategory in ('S', 'C') and t.typtype <> 'd' or t.typname = any (array[${TEXT_TYPES.map(quoteLiteral).join(', ')}])
    union
    select l.oid, false, true
      from leaf l
      join pg_type t on t.oid = l.type
      join pg_type c on c.oid = l.oid
     where c.typcategory = 'N' and t.typname in ('int4', 'int8', 'numeric')
  )
  select n.nspname as schema,
         c.relname as name,
         json_build_object('schema', rn.nspname, 'name', r.relname) as root,
         json_agg(json_build_object('name', a.attname, 'isBytes', h.is_bytes, 'isNumber', h.is_number) order by a.attnum) as columns,
         (select array_agg(k.attname::text order by u.at)
            from pg_index i
            cross join lateral unnest(i.indkey::int2[]) with ordinality u(attnum, at)
            join pg_attribute k on k.attrelid = c.oid and k.attnum = u.attnum
           where i.indrelid = c.oid and i.indisprimary
          having bool_and(k.atttypid = any ('{int2,int4,int8,uuid}'::regtype[]))) as key,
         pg_table_size(c.oid)::text as "sizeBytes"
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_class r on r.oid = coalesce(case when c.relispartition then pg_partition_root(c.oid)::oid end, c.oid)
    join pg_namespace rn on rn.oid = r.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join holds_text h on h.oid = a.atttypid
   where c.relkind in ('r', 'm')
     and c.relispopulated
     and ${IS_USER_SCHEMA}
   group by n.nspname, c.relname, c.oid, rn.nspname, r.relname
   order by pg_table_size(c.oid) desc`;
