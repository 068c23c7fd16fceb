import type { RelationName } from '../../contracts/relations.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';

/** `pg_trigger.tgenabled`, `pg_event_trigger.evtenabled` */
const ENABLE: Record<string, string> = { O: 'enable', R: 'enable replica', A: 'enable always' };

/**
 * While rows and definitions are taken back, triggers on them do nothing, and policies do not bind the owner. Returns what makes all of it as it
 * was, for what is still there then.
 */
export async function silenceTriggers(session: Session, tables: readonly RelationName[]): Promise<() => Promise<void>> {
  const triggers = await session.query<TriggerRow>(TRIGGERS, [
    tables.map(({ schema }) => schema),
    tables.map(({ name }) => name),
  ]);
  const sql = ({ schema, table, name }: TriggerRow, what: string) =>
    `alter table only ${quoteRelation({ schema, name: table })} ${what} trigger ${quoteIdentifier(name)}`;
  for (const trigger of triggers) await session.query(sql(trigger, 'disable'));
  return async () => {
    const there = await session.query<{ oid: number }>('select oid as oid from pg_trigger where oid = any($1::oid[])', [
      triggers.map(({ oid }) => oid),
    ]);
    const left = new Set(there.map(({ oid }) => oid));
    // a partitioned table before its partitions: older servers give them its state
    for (const trigger of triggers)
      if (left.has(trigger.oid)) await session.query(sql(trigger, ENABLE[trigger.state] ?? 'enable'));
  };
}

interface TriggerRow {
  oid: number;
  schema: string;
  table: string;
  name: string;
  state: string;
}

const TRIGGERS = `
  with recursive depths as (
    select c.oid as relation, 0 as depth from pg_class c where not exists (select from pg_inherits i where i.inhrelid = c.oid)
    union all
    select i.inhrelid, d.depth + 1 from pg_inherits i join depths d on d.relation = i.inhparent
  )
  select g.oid as oid, n.nspname::text as schema, c.relname::text as table, g.tgname::text as name, g.tgenabled as state
    from unnest($1::text[], $2::text[]) as wanted (schema, name)
    join pg_namespace n on n.nspname = wanted.schema
    join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
    join pg_trigger g on g.tgrelid = c.oid
   where not g.tgisinternal and g.tgenabled <> 'D'
   order by (select max(d.depth) from depths d where d.relation = c.oid), g.oid`;

/** Those of the role: others, on a hosted platform, are the platform's own. */
export async function silenceEventTriggers(session: Session): Promise<() => Promise<void>> {
  const triggers = await session.query<{ oid: number; name: string; state: string }>(`
    select t.oid as oid, t.evtname::text as name, t.evtenabled as state
      from pg_event_trigger t
     where t.evtenabled <> 'D' and pg_has_role(t.evtowner, 'USAGE')
       and not exists (select from pg_depend m where m.classid = 'pg_event_trigger'::regclass and m.objid = t.oid and m.deptype = 'e')`);
  for (const { name } of triggers) await session.query(`alter event trigger ${quoteIdentifier(name)} disable`);
  return async () => {
    for (const { oid, name, state } of triggers) {
      const [left] = await session.query('select from pg_event_trigger where oid = $1', [oid]);
      if (left) await session.query(`alter event trigger ${quoteIdentifier(name)} ${ENABLE[state]}`);
    }
  };
}

/** A role that policies bind although it owns the table can neither read all rows nor store any. */
export async function liftForcedPolicies(
  session: Session,
): Promise<(isForced: (table: RelationName) => boolean) => Promise<void>> {
  const tables = await session.query<RelationName & { oid: number }>(`
    select c.oid as oid, n.nspname::text as schema, c.relname::text as name
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.relforcerowsecurity and row_security_active(c.oid) and pg_has_role(c.relowner, 'USAGE')
       and n.nspname !~ '^pg_'`);
  for (const table of tables)
    await session.query(`alter table only ${quoteRelation(table)} no force row level security`);
  return async (isForced) => {
    for (const { oid, ...table } of tables) {
      const [left] = await session.query('select from pg_class where oid = $1', [oid]);
      if (left && isForced(table))
        await session.query(`alter table only ${quoteRelation(table)} force row level security`);
    }
  };
}
