import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { inLanes } from '../postgres/lanes.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { inBatches } from './batches.js';
import { defaultConnections } from './build-keys.js';
import { schemaFailure } from './schema-session.js';

export interface AnalyzeOptions {
  signal?: AbortSignal;
  /** Default: every table and materialized view. */
  only?: readonly RelationName[];
  /** Those analyzed already. */
  except?: readonly RelationName[];
}

/**
 * Statistics for the planner, of what the role may analyze. Before version 18 a partitioned table takes its partitions along, so they wait
 * for it; called with `only` and later with the same as `except`, nothing is read twice. Tables with foreign tables under them are left
 * out: ANALYZE would ask the other server. @throws SchemaError `SCHEMA_STATEMENT_FAILED`
 */
export async function analyzeTables(
  target: ConfirmedTarget,
  { signal, only, except = [] }: AnalyzeOptions = {},
): Promise<void> {
  if (only?.length === 0) return;
  const connect = async () => {
    const session = await target.connect({ purpose: 'analyze', ...(signal && { signal }) });
    await session.query("set client_min_messages = 'error'");
    return session;
  };
  await using session = await connect();
  const names = [only?.map(({ schema }) => schema), only?.map(({ name }) => name)];
  const isDone = new Set(except.map(relationLabel));
  try {
    const rows = await session.query<AnalyzableRow>(analyzable(session), names);
    const tables = rows.filter((table) => !isDone.has(relationLabel(table)));
    const large = tables.filter(({ isLarge }) => isLarge);
    const small = tables.filter(({ isLarge }) => !isLarge);
    await inLanes({
      tasks: [...large.map((table) => [table]), ...(small.length > 0 ? [small] : [])],
      session,
      connect,
      lanes: defaultConnections(),
      work: (own, task) =>
        inBatches(task, 200, async (batch) => {
          await own.query(`analyze ${batch.map(({ object }) => object).join(', ')}`);
          signal?.throwIfAborted();
        }),
    });
  } catch (error) {
    throw schemaFailure(error, session, 'analyzing');
  }
}

interface AnalyzableRow extends RelationName {
  /** As ANALYZE takes it. */
  object: string;
  /** Worth a session of its own beside others; a partitioned table is as large as its partitions. */
  isLarge: boolean;
}

const LARGE_BYTES = 1024 * 1024;

/** Of the relations of that name, or of all. */
function analyzable({ serverMajor }: Session): string {
  const [only, isTakenAlong] =
    serverMajor >= 18
      ? [`case c.relkind when 'p' then 'only ' else '' end`, 'false']
      : [
          `''`,
          `c.relispartition and exists (
             select from pg_inherits i where i.inhrelid = c.oid and i.inhparent not in (select oid from has_foreign)
           )`,
        ];
  return `
    with recursive has_foreign as (
      select i.inhparent as oid from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.relkind = 'f'
      union
      select i.inhparent from pg_inherits i join has_foreign below on below.oid = i.inhrelid
    )
    select n.nspname::text as schema,
           c.relname::text as name,
           ${only} || format('%I.%I', n.nspname, c.relname) as object,
           c.relkind = 'p' or pg_relation_size(c.oid) > ${LARGE_BYTES} as "isLarge"
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm', 'p')
       and c.relpersistence <> 't'
       and c.oid not in (select oid from has_foreign)
       and n.nspname !~ '^pg_'
       and n.nspname <> 'information_schema'
       and ($1::text[] is null or (n.nspname::text, c.relname::text) in (select * from unnest($1::text[], $2::text[])))
       and not (${isTakenAlong})`;
}
