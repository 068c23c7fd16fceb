import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CloneResult } from '../../contracts/clone.js';
import { openDesk } from '../../worker/desk.js';
import { createWorld, type World } from '../support/world.js';

const SOURCE = `
  create table users (id int primary key, email text unique, full_name text);
  insert into users select n, 'person' || n || '@loft.dz', case when n % 10 > 0 then 'Amina Benali ' || n end
    from generate_series(1, 300) n;
  create table visits (user_id int references users, day date, note text, primary key (user_id, day)) partition by range (day);
  create table visits_old partition of visits for values from (minvalue) to ('2024-01-01');
  create table visits_new partition of visits for values from ('2024-01-01') to (maxvalue);
  insert into visits select n, date '2023-12-31' + n % 2, 'seen by Karim Haddad' from generate_series(1, 300) n;
  create table reservations (id int primary key, total numeric(12,2), currency char(3));
  insert into reservations select n, 400 * n, (array['DZD', 'JPY'])[1 + n % 2] from generate_series(1, 200) n;
  create table payments (id int primary key, amount numeric(12,2), reservation_id int references reservations);
  insert into payments select n, 100 * ((n - 1) / 4 + 1), (n - 1) / 4 + 1 from generate_series(1, 800) n`;

const QA = { table: 'users', key: { email: 'person7@loft.dz' }, reason: 'the account of our end-to-end tests' };
const KEEP = [
  QA,
  { ...QA, key: { id: 10 } },
  { ...QA, key: { id: 9999 } },
  { table: 'visits', key: { user_id: 7, day: '2024-01-01' }, reason: 'a visit of that account' },
];
const AMOUNTS = [
  { tableName: 'public.payments', columnName: 'amount', anonymizationType: 'amount', relatedBy: 'reservation_id' },
  { tableName: 'public.reservations', columnName: 'total', anonymizationType: 'amount', relatedBy: 'id' },
];

let world: World;
let result: CloneResult;

beforeAll(async () => {
  world = await createWorld({ major: 15, source: SOURCE });
  const path = join(world.directory, 'envclone.rules.json');
  const file = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ rules: [...file.rules, ...AMOUNTS], keepRows: KEEP }));
  result = await world.cloner.cloneEnvironment({ source: 'production', target: 'test', confirm: 'test' });
}, 60_000);

afterAll(() => world[Symbol.asyncDispose]());

test('kept rows are production’s, in partitions too, and no other is', async () => {
  expect(result.status).toBe('completed');
  expect(
    await world.target.column(
      `select email || coalesce(full_name, ' -') from users where email like '%loft.dz' order by id`,
    ),
  ).toEqual(['person7@loft.dzAmina Benali 7', 'person10@loft.dz -']);
  expect(
    await world.target.column(`select tableoid::regclass || user_id::text from visits where note like '%Karim%'`),
  ).toEqual(['visits_new7']);
  expect(await world.target.column('select count(*) from users union all select count(*) from visits')).toEqual([
    '300',
    '300',
  ]);
});

test('the report counts what was kept apart from what was NULL, and the plan warns of a row that is not there', async () => {
  const { json } = await (await openDesk(world.directory)).report(result.operationId);
  const users = json.masking?.tables.find(({ tableName }) => tableName === 'public.users');
  expect(users).toMatchObject({ originalRecords: 300, keptRecords: 2, anonymizedRecords: 298 });
  expect(users?.columns?.find(({ name }) => name === 'full_name')?.nulls).toBe(29);
  expect(json.warnings.join()).toContain('keepRows: public.users has 2 of the 3 rows that are to stay');
});

test('a reservation is still the sum of its payments', async () => {
  const sums = `
    select count(*) filter (where paid <> total) as broken, count(distinct total / id) > 10 as differ, count(*) filter (where total = 400 * id) as same
      from reservations r join (select reservation_id, sum(amount) as paid from payments group by 1) p on p.reservation_id = r.id`;
  expect((await world.target.run(sums)).rows.map(Object.values)).toEqual([['0', true, '0']]);
});
