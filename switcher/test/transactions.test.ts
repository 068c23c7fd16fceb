import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Switcher } from '../src/switcher.js';
import { createOutage } from './support/outage.js';
import { createSwitcherWorld, type Name, type SwitcherWorld } from './support/world.js';

let world: SwitcherWorld;
beforeAll(async () => {
  world = await createSwitcherWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const insert = (switcher: Switcher<Name>, token: string, environment?: Name) =>
  switcher.db.getEntityManager(environment).query('insert into tokens values ($1)', [token]);
const tokens = (like: string) => world.dev.column(`select token from tokens where token like '${like}%' order by 1`);

test('a statement that comes after its transaction is refused, and reaches nobody else’s', async () => {
  const switcher = world.switcher({
    environments: { prod: { url: world.prod.url }, dev: { url: world.dev.url, max: 1 } },
  });
  let late: Promise<unknown> | undefined;
  await switcher.run('dev', () =>
    switcher.db.getEntityManager().withTransaction(async () => {
      await insert(switcher, 'in-time');
      late = sleep(20).then(() => insert(switcher, 'too-late'));
      late.catch(() => {});
    }),
  );
  // Another transaction has the same connection by now.
  const other = switcher.run('dev', () => switcher.db.getEntityManager().withTransaction(() => sleep(60)));
  await expect(late).rejects.toMatchObject({ code: 'TRANSACTION_OVER' });
  await other;
  expect([await tokens('in-time'), await tokens('too-late')]).toEqual([['in-time'], []]);
});

test('a transaction whose statement failed unheard is told that nothing was written', async () => {
  const switcher = world.switcher();
  const { withTransaction, query } = switcher.db.getEntityManager('dev');
  const work = withTransaction(async () => {
    await query(`insert into tokens values ('swallowed')`);
    await query('select 1/0').catch(() => {});
  });
  await expect(work).rejects.toMatchObject({ code: 'TRANSACTION_ROLLED_BACK' });
  expect(await tokens('swallowed')).toEqual([]);
});

test('nested transactions at the same time undo what is theirs alone', async () => {
  const switcher = world.switcher();
  const { withTransaction, query } = switcher.db.getEntityManager('dev');
  await withTransaction(async () => {
    const nested = ['a', 'b', 'c', 'd'].map((name) =>
      withTransaction(async () => {
        await query('insert into tokens values ($1)', [`nested-${name}`]);
        await sleep(5);
        if (name === 'a' || name === 'c') throw new Error('on purpose');
      }),
    );
    await Promise.allSettled(nested);
  });
  expect(await tokens('nested-')).toEqual(['nested-b', 'nested-d']);
});

test('a transaction has one environment, also where there is no request', async () => {
  const switcher = world.switcher();
  const work = switcher.db.getEntityManager('dev').withTransaction(() => insert(switcher, 'elsewhere', 'prod'));
  await expect(work).rejects.toMatchObject({ code: 'ENVIRONMENT_SWITCHED' });
  const inside = switcher.db
    .getEntityManager('dev')
    .withTransaction(async () => switcher.run('prod', () => insert(switcher, 'elsewhere')));
  await expect(inside).rejects.toMatchObject({ code: 'ENVIRONMENT_SWITCHED' });
  const raw = switcher.run('dev', () => switcher.connections.getConnection('prod'));
  await expect(raw).rejects.toMatchObject({ code: 'ENVIRONMENT_SWITCHED' });
  expect(await world.whereIs('elsewhere')).toEqual([]);
});

test('a connection whose rollback got no answer is not given to anybody else', async () => {
  await using network = await createOutage(world.dev.url);
  const switcher = world.switcher({
    environments: { prod: { url: world.prod.url }, dev: { url: network.url, max: 1 } },
    connections: { queryTimeoutMs: 200 },
  });
  const { withTransaction, query } = switcher.db.getEntityManager('dev');
  const work = withTransaction(async () => {
    await query(`insert into tokens values ('half')`);
    await network.set('hang');
    throw new Error('on purpose');
  });
  await expect(work).rejects.toThrow('on purpose');
  await network.set('up');
  await query(`insert into tokens values ('whole')`);
  expect([await tokens('half'), await tokens('whole')]).toEqual([[], ['whole']]);
});

test('a client that is released in the middle of its transaction is ended; released twice, it is an error and harms nobody', async () => {
  const switcher = world.switcher({
    environments: { prod: { url: world.prod.url }, dev: { url: world.dev.url, max: 1 } },
  });
  const careless = await switcher.connections.getConnection('dev');
  await careless.query('begin');
  await careless.query(`insert into tokens values ('careless')`);
  careless.release();
  expect(() => careless.release()).toThrow('Release called on client which has already been released');
  await insert(switcher, 'careful', 'dev');
  expect([await tokens('careless'), await tokens('careful')]).toEqual([[], ['careful']]);
  expect(world.logs.map(({ event }) => event)).toContain('connection returned in use');
});
