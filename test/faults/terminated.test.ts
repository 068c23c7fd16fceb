import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { expect, inject, test } from 'vitest';
import { openDesk } from '../../worker/desk.js';
import { checksum } from '../support/checksum.js';
import { createWorld, type World } from '../support/world.js';

const CLONE = { source: 'production', target: 'test', confirm: 'test' };

test('a clone that was terminated is undone by the next one, so that a rollback leads to what was there before both', async () => {
  await using world = await createWorld({
    major: 15,
    target: 'create table mine (id int); insert into mine values (1)',
  });
  const before = await checksum(world.target.url);
  const first = await world.cloner.startClone(CLONE);
  while (!(await holds(world, 'envclone.copied'))) await sleep(20);
  await terminate(first.operationId);
  await first.result().catch(() => {});

  const { restorePoint } = await world.cloner.cloneEnvironment(CLONE);
  await world.cloner.rollbackClone({ environment: 'test', restorePoint: restorePoint?.id ?? '', confirm: 'test' });

  expect(await checksum(world.target.url)).toEqual(before);
}, 120_000);

test.each(['clone', 'rollback'] as const)(
  'a %s that was terminated while it dropped the target is undone by the next operation',
  async (kind) => {
    await using world = await createWorld({
      major: 15,
      source:
        'create table lofts (id int primary key); insert into lofts values (1), (2); create view seen as select * from lofts',
      target: 'create table lofts (id int); insert into lofts values (7); create view seen as select * from lofts',
    });
    if (kind === 'rollback') await world.cloner.cloneEnvironment(CLONE);
    const before = await checksum(world.target.url);
    await using reader = await world.target.session();
    await reader.query('begin');
    await reader.query('select from public.lofts'); // holds up the drop of the table, not that of the view

    const started =
      kind === 'clone'
        ? await world.cloner.startClone(CLONE)
        : await world.cloner.startRollback({ environment: 'test', confirm: 'test' });
    while (await holds(world, 'public.seen')) await sleep(20);
    await terminate(started.operationId);
    await sleep(6_000);
    await reader.query('rollback');
    expect(await (await openDesk(world.directory)).doctor()).toContainEqual({
      name: 'target test',
      state: 'warning',
      message: `holds what ${started.operationId} did not finish`,
      next: 'If that operation no longer runs: envclone doctor --fix --confirm test',
      fixes: 'test',
    });

    const { restorePoint } = await world.cloner.cloneEnvironment(CLONE);
    await world.cloner.rollbackClone({ environment: 'test', restorePoint: restorePoint?.id ?? '', confirm: 'test' });
    expect(await checksum(world.target.url)).toEqual(before);
  },
  120_000,
);

async function holds({ target }: World, relation: string): Promise<boolean> {
  const [found] = await target.column<boolean>(`select to_regclass('${relation}') is not null`);
  return found === true;
}

/** Its activities learn of it with their next heartbeat, and have the target's lock until then. */
async function terminate(operationId: string): Promise<void> {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  await new Client({ connection }).workflow.getHandle(operationId).terminate();
  await connection.close();
}
