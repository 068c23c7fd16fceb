import { expect, test } from 'vitest';
import { applyStatements } from '../../engine/schema/apply.js';
import { buildKeys } from '../../engine/schema/build-keys.js';
import { splitDump } from '../../engine/schema/split.js';
import { createDatabase, POSTGRES_MAJORS, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { comparable } from './nasty.js';
import { dumpOf, landed, stagedSchema } from './staged.js';

/** Every index is built in steps, however small its table. */
const IN_STEPS = { smallTableBytes: 0, connections: 3 };

const KEYS = `
  create extension btree_gist;
  create table "Réserv.""x""" (
    "Id" bigint constraint "Clé; ""primaire""" primary key with (fillfactor = 70),
    a integer not null, "B" text, c text, span int4range,
    constraint "later; unique" unique (a, "B") include (c) deferrable initially deferred,
    constraint deferrable_only unique (c) deferrable,
    constraint no_overlap exclude using gist (span with &&) deferrable
  );
  create index "expr; (""B"")" on "Réserv.""x""" (lower("B") desc nulls last) include (c) with (fillfactor = 60) where a > 0;
  create unique index identity on "Réserv.""x""" (a);
  alter index "expr; (""B"")" alter column 1 set statistics 77;
  alter table "Réserv.""x""" replica identity using index identity, cluster on "later; unique", alter column c set statistics 55;
  create statistics st (dependencies) on a, c from "Réserv.""x""";
  comment on constraint "later; unique" on "Réserv.""x""" is 'quoted; it''s';
  comment on index "Clé; ""primaire""" is 'primary';
  create table events (id bigint not null, at date not null, primary key (id, at)) partition by range (at);
  create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01') partition by range (id);
  create table events_2024_low partition of events_2024 for values from (0) to (100);
  create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
  create index on events (at);
  create table parent (a integer primary key);
  create table child (constraint child_key primary key (a)) inherits (parent);`;

const ROWS = `
  insert into "Réserv.""x""" select g, g, 'b' || g, 'c' || g, int4range(g, g + 1) from generate_series(1, 500) g;
  insert into events select g, '2024-05-01' from generate_series(1, 90) g;
  insert into child values (1)`;

const KEYS_15 = `create table nullish (a integer unique nulls not distinct)`;
const KEYS_18 = `create table shifts (room integer, during int4range, primary key (room, during without overlaps))`;

const keysSql = (major: number) =>
  [KEYS, ...(major >= 15 ? [KEYS_15] : []), ...(major >= 18 ? [KEYS_18] : [])].join(';');

test.each(POSTGRES_MAJORS)('on PostgreSQL %i keys of every kind arrive as they are in the source', async (major) => {
  await using source = await createDatabase({ major, sql: keysSql(major) });
  await using inSteps = await createDatabase({ major });
  await using atOnce = await createDatabase({ major });
  const schema = await stagedSchema(source, major);

  for (const [target, options] of [[inSteps, IN_STEPS] as const, [atOnce, {}] as const]) {
    await landed(target, schema, ROWS);
    await buildKeys(targetOf(target), schema.keys, options);
    await applyStatements(targetOf(target), schema.finish);
    expect(comparable(await dumpOf(target, major))).toBe(comparable(schema.dump));
    expect(await keysOf(target)).toEqual(await keysOf(source));
  }
});

test('a key is built in its tablespace', async () => {
  await using target = await createDatabase({ sql: 'create table t (id integer not null)' });
  const space = `space_${target.name}`;
  await target.run('set allow_in_place_tablespaces = on');
  await target.run(`create tablespace ${space} location ''`);
  const statements = await splitDump(`
    SET default_tablespace = ${space};
    ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);`);

  await buildKeys(targetOf(target), statements, IN_STEPS);

  expect(
    await target.column(`
      select c.relname || ' ' || s.spcname
        from pg_constraint k join pg_class c on c.oid = k.conindid join pg_tablespace s on s.oid = c.reltablespace`),
  ).toContain(`t_pkey ${space}`);
  await target.run('drop table t');
  await target.run(`drop tablespace ${space}`);
});

async function keysOf(database: TestDatabase): Promise<string[]> {
  return database.column(`
    select pg_get_indexdef(i.indexrelid) || ' ' ||
           row(i.indisvalid, i.indisprimary, i.indisunique, i.indimmediate, i.indisclustered, i.indisreplident,
               obj_description(i.indexrelid), pg_get_constraintdef(con.oid), con.convalidated)::text
      from pg_index i
      join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
      left join pg_constraint con on con.conindid = i.indexrelid and con.contype in ('p', 'u', 'x')
     order by 1`);
}
