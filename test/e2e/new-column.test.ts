import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onServer } from '../support/databases.js';
import { createWorld } from '../support/world.js';

const CLONE = { source: 'production', target: 'test', confirm: 'test' };

test('a column that production gets after the review stops the next clone before anything is touched; deciding it is enough', async () => {
  await using world = await createWorld({
    source: `create table guests (id int primary key, email text); insert into guests select n, 'g' || n || '@mail.dz' from generate_series(1, 20) n`,
  });
  await world.cloner.cloneEnvironment(CLONE);
  await world.target.run(`update guests set email = 'changed by a tester' where id = 1`);
  await onServer(
    world.source.url,
    `alter table guests add second_phone text; update guests set second_phone = '0551234567'`,
  );
  await expect(world.cloner.cloneEnvironment(CLONE)).rejects.toMatchObject({
    code: 'UNDECIDED_COLUMNS',
    message: expect.stringContaining('public.guests.second_phone (text): proposed phone; named like a phone number'),
  });
  expect(await world.target.column(`select email from guests where id = 1`)).toEqual(['changed by a tester']);
  expect(await world.target.column(`select count(*) from guests`)).toEqual(['20']);

  const file = join(world.directory, 'envclone.rules.json');
  const { rules, ...rest } = JSON.parse(await readFile(file, 'utf8'));
  const decided = { tableName: 'public.guests', columnName: 'second_phone', anonymizationType: 'phone' };
  await writeFile(file, JSON.stringify({ ...rest, rules: [...rules, decided] }));
  const { operationId } = await world.cloner.cloneEnvironment(CLONE);
  expect(
    await world.target.column(
      `select count(*) from guests where email like '%@test.local' and second_phone <> '0551234567'`,
    ),
  ).toEqual(['20']);

  await onServer(world.source.url, 'drop table guests');
  await expect(world.cloner.validateClone({ environment: 'test', operation: operationId })).rejects.toMatchObject({
    code: 'SOURCE_SCHEMA_CHANGED',
    message: expect.stringContaining('guests'),
  });
}, 120_000);
