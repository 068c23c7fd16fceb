import { postgresFields } from '../postgres/errors.js';
import { quoteIdentifier, showRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';

import type { ObjectAddress } from './object-address.js';
import type { StatementObject } from './statement-object.js';

/** An object of the target, by the numbers that no other object ever has. */
interface LiveObject {
  object: string;
  address: ObjectAddress;
  catalog: number;
  oid: number;
}

/** What is there of the objects that statements make. */
export interface LiveObjects {
  /** Drops objects, with whatever depends on them. */
  drop(objects: ReadonlySet<string>): Promise<void>;
  /** The objects that are no more. */
  gone(): Promise<Set<string>>;
  /** Tables that are there and have lost a column, a default or a check, as statements name them. */
  damagedTables(): Promise<Set<string>>;
}

/** Looks every object up, so that afterwards it can be told what a change took along. */
export async function findLiveObjects(session: Session, statements: readonly StatementObject[]): Promise<LiveObjects> {
  const made = new Map<string, ObjectAddress>();
  for (const { object, makes } of statements) if (makes && !made.has(object)) made.set(object, makes);
  const entries = [...made].map(([object, address]) => ({ object, address }));
  const live: LiveObject[] = [];
  for (let at = 0; at < entries.length; at += BATCH)
    live.push(...(await resolve(session, entries.slice(at, at + BATCH))));
  const parts = await readTableParts(session);

  return {
    async drop(objects) {
      for (const each of live.filter(({ object }) => objects.has(object))) await dropObject(session, each);
    },
    async gone() {
      const there = await session.query<{ at: number }>(STILL_THERE, [
        live.map(({ catalog }) => catalog),
        live.map(({ oid }) => oid),
      ]);
      const isThere = new Set(there.map(({ at }) => at));
      return new Set(live.filter((_, at) => !isThere.has(at)).map(({ object }) => object));
    },
    async damagedTables() {
      const now = new Map((await readTableParts(session)).map((row) => [row.oid, row]));
      const lost = parts.filter(({ oid, parts: before }) => {
        const left = now.get(oid);
        return left !== undefined && before.some((part) => !left.parts.includes(part));
      });
      return new Set(lost.map(showRelation));
    },
  };
}

const BATCH = 500;

async function resolve(
  session: Session,
  entries: readonly Omit<LiveObject, 'catalog' | 'oid'>[],
): Promise<LiveObject[]> {
  const json = JSON.stringify(entries.map(({ address }) => address));
  await session.query('savepoint looking');
  try {
    const rows = await session.query<{ at: number; catalog: number; oid: number }>(RESOLVE, [json]);
    await session.query('release looking');
    return rows.flatMap(({ at, ...found }) => {
      const entry = entries[at];
      return entry ? [{ ...entry, ...found }] : [];
    });
  } catch (error) {
    if (!postgresFields(error)) throw error;
    await session.query('rollback to looking');
    if (entries.length <= 1) return []; // PostgreSQL has no address for it, so nothing can be said of it
    const half = Math.ceil(entries.length / 2);
    return [...(await resolve(session, entries.slice(0, half))), ...(await resolve(session, entries.slice(half)))];
  }
}

const RESOLVE = `
  select (asked.at - 1)::int as at, found.classid as catalog, found.objid as oid
    from jsonb_array_elements($1::jsonb) with ordinality as asked (object, at)
   cross join lateral pg_get_object_address(
           asked.object ->> 'type',
           array(select jsonb_array_elements_text(asked.object -> 'names')),
           array(select jsonb_array_elements_text(asked.object -> 'args'))) as found
   where found.objsubid = 0`;

/** With their column of oids. */
const CATALOGS: readonly string[] = [
  'pg_class',
  'pg_proc',
  'pg_type',
  'pg_constraint',
  'pg_attrdef',
  'pg_trigger',
  'pg_policy',
  'pg_rewrite',
  'pg_statistic_ext',
  'pg_namespace',
  'pg_extension',
  'pg_event_trigger',
  'pg_publication',
  'pg_publication_rel',
  'pg_foreign_data_wrapper',
  'pg_foreign_server',
  'pg_cast',
  'pg_operator',
  'pg_opclass',
  'pg_opfamily',
  'pg_collation',
  'pg_conversion',
  'pg_language',
  'pg_transform',
  'pg_ts_config',
  'pg_ts_dict',
  'pg_ts_parser',
  'pg_ts_template',
];

const THERE = `
  with there as (
    ${CATALOGS.map((catalog) => `select '${catalog}'::regclass::oid as catalog, oid from ${catalog}`).join('\n    union all ')}
    union all select 'pg_user_mapping'::regclass, umid from pg_user_mappings
  )`;

const STILL_THERE = `${THERE}
  select (live.at - 1)::int as at
    from unnest($1::oid[], $2::oid[]) with ordinality as live (catalog, oid, at)
    join there on there.catalog = live.catalog and there.oid = live.oid`;

/** A default is lost with a function it calls, a column with its type; the table stays. */
async function readTableParts(session: Session) {
  return session.query<{ oid: number; schema: string; name: string; parts: string[] }>(`
    select c.oid as oid, n.nspname::text as schema, c.relname::text as name,
           array(select 'column ' || a.attnum from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
           || array(select 'default ' || d.oid from pg_attrdef d where d.adrelid = c.oid)
           || array(select 'check ' || k.oid from pg_constraint k where k.conrelid = c.oid and k.contype in ('c', 'n'))
           || array(select 'parent ' || i.inhparent from pg_inherits i where i.inhrelid = c.oid) as parts
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'f') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'envclone')`);
}

async function dropObject(session: Session, { address, catalog, oid }: LiveObject): Promise<void> {
  const { type, names, args } = address;
  const [schema = '', relation = '', part = ''] = names.map(quoteIdentifier);
  switch (type) {
    case 'table constraint':
      return run(`alter table if exists ${schema}.${relation} drop constraint if exists ${part} cascade`);
    case 'default value':
      return run(`alter table if exists ${schema}.${relation} alter column ${part} drop default`);
    case 'domain constraint':
      return run(`alter domain ${names[0]} drop constraint if exists ${quoteIdentifier(args[0] ?? '')} cascade`);
    case 'user mapping':
      return run(
        `drop user mapping if exists for ${names[0] === 'public' ? 'public' : schema} server ${quoteIdentifier(args[0] ?? '')}`,
      );
    case 'publication relation':
      return run(`alter publication ${quoteIdentifier(args[0] ?? '')} drop table ${schema}.${relation}`);
    default: {
      const [found] = await session.query<{ type: string; identity: string }>(IDENTIFY, [catalog, oid]);
      if (found) await run(`drop ${DROP_WORDS[found.type] ?? found.type} ${found.identity} cascade`);
    }
  }

  async function run(sql: string): Promise<void> {
    await session.query(sql);
  }
}

/** None, when another drop took it along: PostgreSQL 13 fails when asked about what is gone. */
const IDENTIFY = `${THERE}
  select o.type, o.identity
    from there
   cross join lateral pg_identify_object(there.catalog, there.oid, 0) as o
   where there.catalog = $1::oid and there.oid = $2::oid`;

const DROP_WORDS: Record<string, string> = {
  function: 'routine',
  procedure: 'routine',
  aggregate: 'routine',
  'composite type': 'type',
  'statistics object': 'statistics',
  'foreign-data wrapper': 'foreign data wrapper',
};
