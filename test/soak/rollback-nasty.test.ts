import { expect, test } from 'vitest';
import { relationLabel } from '../../contracts/relations.js';
import { createRollbackWorld } from '../rollback/world.js';
import { nastySql } from '../schema/nasty.js';
import type { PostgresMajor } from '../support/databases.js';

test.each<PostgresMajor>([13, 18])(
  'on PostgreSQL %i each table of a hard schema can be made again, and everything else is the same afterwards',
  async (major) => {
    await using world = await createRollbackWorld({ major, sql: await nastySql(major) });
    const before = await world.state();
    const tables = world.archive.schema.tables.filter(({ kind, partitionOf }) => kind !== 'foreign' && !partitionOf);
    for (const table of tables) {
      const [name] = await world.database.column(
        `select format('%I.%I', '${table.schema.replaceAll("'", "''")}', '${table.name.replaceAll("'", "''")}')`,
      );
      await world.database.run(`alter table ${name} add column spoilt integer; comment on table ${name} is 'spoilt'`);
      expect(await world.state()).not.toEqual(before);

      await world.rollBack({ tables: [relationLabel(table)] });
      expect(await world.state(), name ?? '').toEqual(before);
    }
  },
  300_000,
);

test.each<PostgresMajor>([13, 18])(
  'on PostgreSQL %i every definition of a hard schema comes back, whatever was dropped or changed',
  async (major) => {
    await using world = await createRollbackWorld({ major, sql: await nastySql(major) });
    await world.database.run(`
      insert into public.customers (name, email) values ('a', 'a@x'), ('b', 'b@x');
      insert into public.scratch values (1); insert into public.parent values (1, 'p', 1); insert into public.child (a, own, c) values (2, 'own', 2);
      insert into public.events values (1, '2024-02-02', 'north', '{}'), (2, '2030-01-01', 'south', null)`);
    const before = await world.state();
    for (const change of [
      'drop schema audit cascade',
      'drop type public.mood cascade; drop domain public.price cascade',
      'drop view public.plain_view cascade; drop function public.overloaded(integer); drop aggregate public.last_of(anyelement)',
      'drop publication everything_nasty; drop event trigger "watch; ddl"; drop server "analytics;1" cascade',
      'alter table public.customers add column spoilt int; alter domain public.price add constraint spoilt check (value < 100000)',
      'drop operator public.<+>(point, point); drop text search configuration public.french_plain; drop collation public.german cascade',
      "create extension hstore; create schema spoilt; create table spoilt.t (id int); create type public.spoilt as enum ('a')",
      'alter default privileges in schema public revoke select on tables from "nasty reader"; alter default privileges grant all on tables to "nasty reader"',
    ]) {
      await world.database.run(change);
      await world.rollBack({ components: ['schema'] }).catch((error: unknown) => {
        throw new Error(`${change}: ${error instanceof Error ? error.message : error}`);
      });
      const { statements } = await world.state();
      expect(statements, change).toEqual(before.statements);
    }
  },
  300_000,
);
