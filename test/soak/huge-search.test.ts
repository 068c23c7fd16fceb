import { expect, test } from 'vitest';
import { checkPersonalData } from '../../engine/validation/personal-data-check.js';
import { createCloneWorld, messagesOf, planOf, tableOf } from '../validation/clone-world.js';

test('of values of hundreds of megabytes the beginning is searched', async () => {
  await using world = await createCloneWorld({
    schema: 'create table people (id int primary key, email text)',
    source: "insert into people values (1, 'n.kessaix@mail.dz')",
    target: `create table t (id int primary key, c text, b bytea);
             insert into t values (1, 'n.kessaix@mail.dz ' || repeat('x', 600000000), null);
             insert into t values (2, null, 'n.kessaix@mail.dz '::bytea || convert_to(repeat(chr(233), 150000000), 'UTF8'))`,
    plan: planOf(
      tableOf('public.people', { id: 'keep', email: 'email' }),
      tableOf('public.t', { id: 'keep', c: 'keep', b: 'keep' }),
    ),
  });
  expect(messagesOf((await checkPersonalData(world.context)).errors)).toEqual([
    'public.t.c: 1 row with e-mail addresses, of people of the source (id 1)',
    'public.t.b: 1 row with e-mail addresses, of people of the source (id 2)',
  ]);
}, 120_000);
