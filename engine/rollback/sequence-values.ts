import type { RelationName } from '../../contracts/relations.js';
import type { SequenceDefinition } from '../../contracts/schema.js';
import { readSequences } from '../copy/sequences.js';
import { quoteRelation, showRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';

interface SequenceRow extends RelationName {
  oid: number;
  /** The table whose column owns it. */
  owner: RelationName | null;
}

export interface SequencesNow {
  /** Where each stands, by name. */
  values: ReadonlyMap<string, SequenceDefinition>;
  oids: ReadonlyMap<string, number>;
}

export interface SettleInput {
  before: SequencesNow;
  wanted: readonly SequenceDefinition[];
  /** Whether a sequence is where the restore point has it, by the table that owns it. */
  isTakenBack(owner: string | undefined): boolean;
}

/** Notes every sequence, for those that are made again. */
export async function readSequencesNow(session: Session): Promise<SequencesNow> {
  const rows = await readRows(session);
  const unread = rows.map(({ schema, name }) => ({ schema, name, lastValue: '1', isCalled: false }));
  const values = new Map((await readSequences(session, unread)).map((sequence) => [showRelation(sequence), sequence]));
  return { values, oids: new Map(rows.map((row) => [showRelation(row), row.oid])) };
}

/** Gives sequences their values: of the restore point, or, where one was only made again, what it had. All of it goes with the transaction. */
export async function settleSequences(session: Session, { before, wanted, isTakenBack }: SettleInput): Promise<void> {
  const then = new Map(wanted.map((sequence) => [showRelation(sequence), sequence]));
  for (const { oid, owner, ...relation } of await readRows(session)) {
    const name = showRelation(relation);
    const isSame = before.oids.get(name) === oid;
    const value =
      isTakenBack(owner ? showRelation(owner) : undefined) || !before.oids.has(name)
        ? then.get(name)
        : isSame
          ? undefined
          : before.values.get(name);
    if (!value) continue;
    const { lastValue, isCalled } = value;
    const sequence = quoteRelation(relation);
    await session.query(`alter sequence ${sequence} restart`); // setval knows no transaction; it writes to the file that this made
    await session.query('select setval($1::regclass, $2::bigint, $3)', [sequence, lastValue, isCalled]);
  }
}

function readRows(session: Session): Promise<SequenceRow[]> {
  return session.query<SequenceRow>(`
    select c.oid as oid, n.nspname::text as schema, c.relname::text as name,
           (select json_build_object('schema', tn.nspname, 'name', t.relname)
              from pg_depend d
              join pg_class t on t.oid = d.refobjid
              join pg_namespace tn on tn.oid = t.relnamespace
             where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0
               and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
             limit 1) as owner
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'S' and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'envclone')
       and not exists (select from pg_depend m where m.classid = 'pg_class'::regclass and m.objid = c.oid and m.deptype = 'e')`);
}
