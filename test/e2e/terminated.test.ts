import { Client, Connection } from '@temporalio/client';
import { expect, inject, test } from 'vitest';
import { checksum } from '../support/checksum.js';
import { createWorld } from '../support/world.js';

const CLONE = { source: 'production', target: 'test', confirm: 'test' };

test('a clone that was terminated is undone by the next one, so that a rollback leads to what was there before both', async () => {
  await using world = await createWorld({
    major: 15,
    target: 'create table mine (id int); insert into mine values (1)',
  });
  const before = await checksum(world.target.url);
  const first = await world.cloner.startClone(CLONE);
  while (!(await hasLedger(world.target))) await new Promise((resolve) => setTimeout(resolve, 20));
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  await new Client({ connection }).workflow.getHandle(first.operationId).terminate();
  await connection.close();
  await first.result().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 4_000)); // its activities learn of it with their next heartbeat

  const { restorePoint } = await world.cloner.cloneEnvironment(CLONE);
  await world.cloner.rollbackClone({ environment: 'test', restorePoint: restorePoint?.id ?? '', confirm: 'test' });

  expect(await checksum(world.target.url)).toEqual(before);
}, 120_000);

async function hasLedger(target: { column(sql: string): Promise<unknown[]> }): Promise<boolean> {
  const [found] = await target.column(`select to_regclass('envclone.operation') is not null`);
  return found === true;
}
