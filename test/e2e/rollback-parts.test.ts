import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, inject, test } from 'vitest';
import type { RollbackInput } from '../../contracts/clone.js';
import type { RestoreStrategy } from '../../contracts/environments.js';
import { openDesk } from '../../worker/desk.js';
import { checksum } from '../support/checksum.js';
import { databaseUrl, onServer } from '../support/databases.js';
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

test('what is refused leaves no restore point; a rollback that was terminated after its commit is undone by the next operation', async () => {
  await using world = await createWorld({ major: 15, source: TARGET });
  await world.configure(({ environments }) => {
    environments.test = { type: 'test', allowRawData: true };
  });
  await world.target.run('create table mine (id int)');
  await world.cloner.cloneEnvironment({ ...CLONE, options: { anonymizeData: false } });
  await world.cloner.cloneEnvironment({ ...CLONE, options: { anonymizeData: false } });
  const { restorePoints } = await openDesk(world.directory);
  const [newest, oldest] = await restorePoints.list('test');
  const to = { ...OF_TEST, restorePoint: newest?.id ?? '' };
  await world.target.run(`
    insert into lofts values (10, 'new'); insert into bookings (loft) values (10);
    create table seen (id int)`);
  const before = await checksum(world.target.url);

  const refusals: [RollbackInput, string][] = [
    [{ ...to, tables: ['lofts'] }, 'ROLLBACK_REFUSED'],
    [{ ...to, tables: ['lost'] }, 'CONFIGURATION_INVALID'],
    [{ ...OF_TEST, restorePoint: oldest?.id ?? '', tables: ['lofts'] }, 'CONFIGURATION_INVALID'],
  ];
  for (const [input, code] of refusals) {
    const failure = await world.cloner.rollbackClone(input).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, target: 'untouched' });
  }
  expect(await restorePoints.list('test')).toHaveLength(2);
  expect(await checksum(world.target.url)).toEqual(before);

  const handle = await world.cloner.startRollback({ ...to, tables: ['lofts'], cascade: true });
  const isMarked = `select to_regclass('envclone.operation') is not null`;
  while (!(await world.target.column<boolean>(isMarked))[0]) await sleep(5);
  await world.target.run('begin; lock table seen'); // validation waits for it
  await terminate(handle.operationId);
  await world.target.run('rollback');
  await handle.result().catch(() => {});
  expect(await checksum(world.target.url)).not.toEqual(before);

  const next = await world.cloner.rollbackClone({ ...to, components: ['policies'] });
  expect(next.changes).toEqual({ tables: [], objects: [], kept: [] });
  expect(await checksum(world.target.url)).toEqual(before);
}, 300_000);

test('of a restore point that says there was no database nothing but the whole can be taken back', async () => {
  await using world = await createWorld({ major: 15, source: TARGET });
  await world.configure(({ environments }) => {
    environments.test = { type: 'test', allowRawData: true };
  });
  await onServer(databaseUrl(world.target.url, 'postgres'), `drop database ${world.target.name} with (force)`);
  await world.cloner.cloneEnvironment({ ...CLONE, options: { anonymizeData: false } });

  const failure = await world.cloner
    .rollbackClone({ ...OF_TEST, components: ['policies'] })
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'ROLLBACK_REFUSED',
    message: expect.stringContaining('there was no database'),
  });
}, 240_000);

/** Its activities learn of it with their next heartbeat. */
async function terminate(operationId: string): Promise<void> {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  await new Client({ connection }).workflow.getHandle(operationId).terminate();
  await connection.close();
  await sleep(6_000);
}
