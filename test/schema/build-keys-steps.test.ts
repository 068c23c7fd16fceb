import { expect, test } from 'vitest';
import type { ConfirmedTarget } from '../../engine/safety/proofs.js';
import { buildKeys } from '../../engine/schema/build-keys.js';
import { splitDump } from '../../engine/schema/split.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';

/** Every index is built in steps, however small its table. */
const IN_STEPS = { smallTableBytes: 0, connections: 3 };

const TABLE = 'create table t (id integer not null, email text, b integer)';
const KEYS = await splitDump(`
  ALTER TABLE ONLY public.t ADD CONSTRAINT "t; email" UNIQUE (email) DEFERRABLE INITIALLY DEFERRED;
  ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
  CREATE INDEX t_b ON public.t USING btree (b);`);
const BUILT = ['t; email UNIQUE (email) DEFERRABLE INITIALLY DEFERRED', 't_b', 't_pkey PRIMARY KEY (id)'];

test('a second attempt changes nothing and counts every statement', async () => {
  await using target = await createDatabase({ sql: TABLE });
  await buildKeys(targetOf(target), KEYS, IN_STEPS);
  const files = await indexFiles(target);
  const counts: number[] = [];

  await buildKeys(targetOf(target), KEYS, IN_STEPS);
  await target.run('drop index t_b');
  await buildKeys(targetOf(target), KEYS, { ...IN_STEPS, onProgress: (done) => counts.push(done) });

  expect((await indexFiles(target)).filter((file) => files.includes(file))).toHaveLength(2);
  expect(counts).toEqual([3]);
});

test.each([0, 1e9])(
  'an index that stands alone becomes its constraint (tables under %i bytes are small)',
  async (smallTableBytes) => {
    await using target = await createDatabase({ sql: TABLE });
    await target.run('create unique index t_pkey on t (id); create unique index "t; email" on t (email)');
    const files = await indexFiles(target);

    await buildKeys(targetOf(target), KEYS, { smallTableBytes });

    expect(await built(target)).toEqual(BUILT);
    expect(await indexFiles(target)).toEqual(expect.arrayContaining(files));
  },
);

test('invalid leftovers are dropped and built again', async () => {
  await using target = await createDatabase({ sql: TABLE });
  await target.run(`
    create unique index "t; email" on t (email);
    alter table t add primary key (id);
    create index t_b on t (b);
    update pg_index set indisvalid = false where indrelid = 't'::regclass`);
  const files = await indexFiles(target);

  await buildKeys(targetOf(target), KEYS, IN_STEPS);

  expect(await built(target)).toEqual(BUILT);
  expect(await target.column('select count(*)::int from pg_index where not indisvalid')).toEqual([0]);
  expect((await indexFiles(target)).filter((file) => files.includes(file))).toEqual([]);
});

test('a primary key whose columns may still be null is added as the dump has it', async () => {
  await using target = await createDatabase({ sql: 'create table t (id integer, email text, b integer)' });
  await buildKeys(targetOf(target), KEYS, IN_STEPS);
  expect(await built(target)).toEqual(BUILT);
});

test('the build of a worker that died is ended and done again', async () => {
  await using target = await createDatabase({ sql: `${TABLE}; insert into t values (1, 'a', 1)` });
  await using orphan = await targetOf(target).connect({ purpose: 'keys' });
  await orphan.query('begin; create unique index t_pkey on public.t (id)');

  await buildKeys(targetOf(target), KEYS, IN_STEPS);

  expect(await built(target)).toEqual(BUILT);
  await expect(orphan.query('select 1')).rejects.toThrow();
});

test('a session of another operation is not ended', async () => {
  await using target = await createDatabase({ sql: TABLE });
  await using other = await targetOf(target).connect({ purpose: 'keys', operation: 'another' });
  await other.query('begin; lock table public.t in row exclusive mode');

  await expect(buildKeys(impatient(target), KEYS)).rejects.toMatchObject({ code: 'SCHEMA_STATEMENT_FAILED' });

  expect(await other.query('select 1 as one')).toEqual([{ one: 1 }]);
});

test.each([0, 1e9])(
  'a broken unique key is named without its rows (tables under %i bytes are small)',
  async (smallTableBytes) => {
    await using target = await createDatabase({
      sql: `${TABLE}; insert into t values (1, 'karim@loft.example'), (2, 'karim@loft.example')`,
    });

    const building = buildKeys(targetOf(target), KEYS, { smallTableBytes, connections: 2 });

    await expect(building).rejects.toMatchObject({
      code: 'CONSTRAINT_VIOLATED',
      message: expect.stringMatching(/unique public\.t\."t; email".*table public\.t/),
    });
    await expect(building).rejects.not.toMatchObject({ message: expect.stringContaining('karim') });
  },
);

test('a failure cancels the builds beside it', async () => {
  await using target = await createDatabase({
    sql: `
      ${TABLE};
      insert into t values (1, 'same', 1), (2, 'same', 2);
      create function slowly(integer) returns integer language plpgsql immutable as
        'begin perform pg_catalog.pg_sleep(20); return $1; end'`,
  });
  const slow = await splitDump('CREATE INDEX slow ON public.t USING btree (public.slowly(b));');
  const startedAt = Date.now();

  const building = buildKeys(targetOf(target), [...slow, ...KEYS], IN_STEPS);

  await expect(building).rejects.toMatchObject({ code: 'CONSTRAINT_VIOLATED' });
  expect(Date.now() - startedAt).toBeLessThan(10_000);
  expect(await target.column("select count(*)::int from pg_class where relname = 'slow'")).toEqual([0]);
});

test('the indexes of one table are built at the same time', async () => {
  await using target = await createDatabase({
    sql: `
      create table t (a integer, b integer);
      insert into t values (1, 2);
      create function meet(integer) returns integer language plpgsql immutable as $$
      begin
        for at in 1..200 loop
          if (select count(*) from pg_catalog.pg_stat_activity
               where datname = pg_catalog.current_database() and query like 'CREATE INDEX%' and state = 'active') >= 2 then
            perform pg_catalog.pg_sleep(1); -- the other one looks too
            return $1;
          end if;
          perform pg_catalog.pg_sleep(0.05), pg_catalog.pg_stat_clear_snapshot();
        end loop;
        raise 'nobody came';
      end $$`,
  });
  const keys = await splitDump(`
    CREATE INDEX one ON public.t USING btree (public.meet(a));
    CREATE INDEX two ON public.t USING btree (public.meet(b));`);

  await buildKeys(targetOf(target), keys, IN_STEPS);

  expect(await built(target)).toEqual(['one', 'two']);
});

function impatient(database: TestDatabase): ConfirmedTarget {
  const target = targetOf(database);
  return { ...target, connect: (input) => target.connect({ ...input, lockTimeoutMs: 200 }) };
}

async function built(database: TestDatabase): Promise<string[]> {
  return database.column(`
    select concat_ws(' ', c.relname, pg_get_constraintdef(k.oid))
      from pg_index i
      join pg_class c on c.oid = i.indexrelid and c.relnamespace = 'public'::regnamespace
      left join pg_constraint k on k.conindid = c.oid and k.conrelid = i.indrelid
     order by c.relname collate "C"`);
}

async function indexFiles(database: TestDatabase): Promise<string[]> {
  return database.column(`
    select relname || ' ' || relfilenode
      from pg_class where relkind = 'i' and relnamespace = 'public'::regnamespace order by 1`);
}
