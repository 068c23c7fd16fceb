import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { batchesOf, type CheckContext, type CheckOutcome, IS_USER_SCHEMA, openSource, openTarget } from './check.js';
import { readRelations } from './relations.js';

const SEQUENCES_A_STATEMENT = 100;

/** The next value of a column's own sequence is beyond every value of the column. A sequence that is behind in the source too is a warning. */
export async function checkSequences({ source, signal, ...context }: CheckContext): Promise<CheckOutcome> {
  await using session = await openTarget({ ...context, ...(signal && { signal }) });
  const behind = await sequencesBehind(session);
  if (behind.length === 0) return { errors: [], warnings: [] };
  const inSource = new Set(source ? await behindInSource(source, signal) : []);
  const outcome: CheckOutcome = { errors: [], warnings: [] };
  for (const object of behind) {
    if (inSource.has(object)) {
      outcome.warnings.push({ message: `sequence ${object} is behind its column, as in the source`, object });
    } else {
      outcome.errors.push({
        code: 'VALIDATION_FAILED',
        message: `sequence ${object} is behind its column: the next insert would collide`,
        object,
      });
    }
  }
  return outcome;
}

async function behindInSource(source: NonNullable<CheckContext['source']>, signal?: AbortSignal): Promise<string[]> {
  await using session = await openSource(source, signal);
  return await sequencesBehind(session); // the session closes when this returns
}

interface OwnedSequence {
  sequence: RelationName;
  table: RelationName;
  column: string;
  increment: string;
}

/** `schema.sequence` of those whose next value is not beyond the column's largest (descending ones: smallest) value. */
async function sequencesBehind(session: Session): Promise<string[]> {
  const relations = await readRelations(session);
  const behind: string[] = [];
  for (const batch of batchesOf(await session.query<OwnedSequence>(OWNED_SEQUENCES), SEQUENCES_A_STATEMENT)) {
    const questions = batch.map((owned, at) => {
      const relation = relations.get(relationLabel(owned.table));
      const tables = relation?.kind === 'partitioned' ? relation.storage : [owned.table];
      return isBehind(owned, tables, at);
    });
    const rows = await session.query<{ at: number }>(questions.join('\nunion all\n'));
    behind.push(...rows.flatMap(({ at }) => (batch[at] ? [relationLabel(batch[at].sequence)] : [])));
  }
  return behind;
}

function isBehind({ sequence, column, increment }: OwnedSequence, tables: readonly RelationName[], at: number): string {
  const isDescending = increment.startsWith('-');
  const extreme = isDescending ? 'min' : 'max';
  const extremes = tables.map(
    (table) => `select ${extreme}(${quoteIdentifier(column)})::numeric as value from ${quoteRelation(table)}`,
  );
  const from = extremes.length > 0 ? extremes.join(' union all ') : 'select null::numeric as value';
  const next = `select case when is_called then last_value::numeric + (${increment}) else last_value end from ${quoteRelation(sequence)}`;
  return `select ${at} as at where (${next}) ${isDescending ? '>=' : '<='} (select ${extreme}(value) from (${from}) v)`;
}

/** Sequences that a serial or identity column owns; cycling ones repeat by design. */
const OWNED_SEQUENCES = `
  select json_build_object('schema', sn.nspname, 'name', s.relname) as sequence,
         json_build_object('schema', n.nspname, 'name', c.relname) as table,
         a.attname::text as column,
         q.seqincrement::text as increment
    from pg_depend d
    join pg_class s on s.oid = d.objid and s.relkind = 'S'
    join pg_namespace sn on sn.oid = s.relnamespace
    join pg_sequence q on q.seqrelid = s.oid
    join pg_class c on c.oid = d.refobjid and c.relkind in ('r', 'p')
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
    join pg_type t on t.oid = a.atttypid
   where d.classid = 'pg_class'::regclass
     and d.refclassid = 'pg_class'::regclass
     and d.deptype in ('a', 'i')
     and d.refobjsubid > 0
     and t.typcategory = 'N'
     and not q.seqcycle
     and ${IS_USER_SCHEMA}
   order by sn.nspname, s.relname`;
