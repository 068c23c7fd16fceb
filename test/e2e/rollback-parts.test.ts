import { describe, expect, test } from 'vitest';
import type { RestoreStrategy } from '../../contracts/environments.js';
import { openDesk } from '../../worker/desk.js';
import { checksum } from '../support/checksum.js';
import { createWorld } from '../support/world.js';

const CLONE = { source: 'production', target: 'test', confirm: 'test' };
const OF_TEST = { environment: 'test', confirm: 'test' };
const TARGET = `
  create type mood as enum ('sad', 'glad');
  create function greeting(mood) returns text language sql immutable as $$select 'I am ' || $1::text$$;
  create table lofts (id int primary key, name text, mood mood);
  insert into lofts select n, 'loft ' || n, 'glad' from generate_series(1, 9) n;
  create table bookings (id serial primary key, loft int references lofts);
  insert into bookings (loft) select n from generate_series(1, 4) n;
  create view glad as select * from lofts where mood = 'glad';
  alter table lofts enable row level security;
  create policy everyone on lofts using (true);`;

/** The clone replaces what is there; a rollback of all of it brings that back, and the restore point stays. */
describe.each<[RestoreStrategy]>([['archive'], ['swap']])('of a restore point made by %s', (restorePoint) => {
  test('tables and components come back, a dry run changes nothing, and a report tells', async () => {
    await using world = await createWorld({ major: 15, source: TARGET, target: TARGET, restorePoint });
    await world.configure(({ environments }) => {
      environments.test = { type: 'test', allowRawData: true, restorePoint };
    });
    const { restorePoint: point } = await world.cloner.cloneEnvironment({
      ...CLONE,
      options: { anonymizeData: false },
    });
    const to = { ...OF_TEST, restorePoint: point?.id ?? '' };
    const before = await checksum(world.target.url);
    await world.target.run(`
      update lofts set name = 'spoilt'; delete from bookings; delete from lofts where id > 4;
      alter table lofts add column spoilt int; drop policy everyone on lofts;
      create or replace function greeting(mood) returns text language sql immutable as $$select 'spoilt'$$;`);
    const spoilt = await checksum(world.target.url);

    const { confirm: _, ...unconfirmed } = to;
    const tried = await world.cloner.rollbackClone({ ...unconfirmed, tables: ['lofts'], dryRun: true });
    expect(tried).toMatchObject({
      dryRun: true,
      changes: { tables: [{ table: 'public.lofts', rowsBefore: 4, rowsAfter: 9 }] },
    });
    expect(await checksum(world.target.url)).toEqual(spoilt);

    const done = await world.cloner.rollbackClone({ ...to, tables: ['lofts'] });
    expect(done.changes).toEqual(tried.changes);
    await world.cloner.rollbackClone({ ...to, tables: ['bookings'], components: ['data'] });
    const { changes } = await world.cloner.rollbackClone({ ...to, components: ['functions', 'policies'] });
    expect(changes).toEqual({
      tables: [],
      objects: [{ kind: 'function', name: 'public.greeting(public.mood)', change: 'replaced' }],
      kept: [],
    });
    expect(await checksum(world.target.url)).toEqual(before);

    const { markdown, json } = await (await openDesk(world.directory)).report(done.operationId);
    expect(json).toMatchObject({ status: 'completed', rollback: { restorePoint: point, changes: done.changes } });
    expect(markdown).toContain('| `public.lofts` | 4 | 9 |');

    await world.cloner.rollbackClone({ ...OF_TEST, restorePoint: done.operationId });
    expect(await checksum(world.target.url)).toEqual(spoilt);
  }, 240_000);
});
