import { expect, test } from 'vitest';
import type { ColumnRule } from '../../contracts/plan.js';
import { createDataAnonymizer } from '../../engine/anonymizer/data-anonymizer.js';
import { analyzeSchema } from '../../engine/catalog/analyze-schema.js';
import { planTables } from '../../engine/plan/tables.js';
import { createCopyWorld } from './world.js';

const relatedBy = (type: 'amount' | 'date', column: string): ColumnRule => ({
  type,
  domain: type,
  isUnique: false,
  preserveFormat: false,
  relatedBy: column,
});

/** What is read stands last, is long, and is sometimes NULL; the enum has no form on the binary wire that is read here. */
const SCHEMA = `
  create type kind as enum ('card', 'cash');
  create table reservations (total numeric(10,2) not null, since date, id bigint primary key);
  create table payments (id int primary key, amount numeric(10,2), made date, note text, reservation_id bigint);
  create table drawers (amount numeric(10,2), held kind)`;
const ROWS = `
  insert into reservations select 1000 * n, date '2024-01-01' + n::int, n from generate_series(1, 200) n;
  insert into payments
    select n, 500, date '2024-01-01' + n / 2, repeat('x', n % 300), nullif((n + 1) / 2, 100) from generate_series(1, 400) n;
  update payments set amount = 250 * reservation_id, made = date '2024-01-01' + reservation_id::int where reservation_id is not null;
  insert into payments select n, 500, null, null, null from generate_series(401, 410) n;
  insert into drawers select 100, (array['card', 'cash', null])[1 + n % 3]::kind from generate_series(1, 300) n`;

test('a reservation and its payments move together through the copy, on either wire', async () => {
  await using world = await createCopyWorld({ schema: SCHEMA, rows: ROWS });
  const { tables } = await analyzeSchema(world.source);
  const plans = planTables({
    tables,
    isCopied: () => true,
    rules: [
      new Map([
        [
          'public.reservations',
          new Map([
            ['total', relatedBy('amount', 'id')],
            ['since', relatedBy('date', 'id')],
          ]),
        ],
        [
          'public.payments',
          new Map([
            ['amount', relatedBy('amount', 'reservation_id')],
            ['made', relatedBy('date', 'reservation_id')],
          ]),
        ],
        ['public.drawers', new Map([['amount', relatedBy('amount', 'held')]])],
      ]),
    ],
  });
  const columnsOf = (name: string) => plans.find((plan) => plan.name === name)?.columns.map((column) => column.name);
  expect(columnsOf('payments')).toEqual(['reservation_id', 'id', 'amount', 'made', 'note']);
  expect(Object.fromEntries(plans.map(({ name, wire }) => [name, wire]))).toEqual({
    reservations: 'binary',
    payments: 'binary',
    drawers: 'text',
  });
  for (const wire of ['binary', 'text'] as const) {
    const anonymizer = createDataAnonymizer({ key: new Uint8Array(32).fill(7) });
    const totals = await world.copy({
      epoch: 'first',
      tables: plans.map((plan) => ({ ...plan, wire: plan.name === 'drawers' ? 'text' : wire })),
      maskerOf: (table) => anonymizer.compile(table),
    });
    expect(totals.map(({ table, maskedValues }) => [table, maskedValues])).toEqual(
      expect.arrayContaining([
        ['public.payments', { amount: 410, made: 400 }],
        ['public.drawers', { amount: 300 }],
      ]),
    );
    expect(await world.into.run(COMPARED).then(({ rows }) => rows)).toEqual([
      { broken: 0, moved: 200, factors: expect.toSatisfy((count: number) => count > 10), drawers: 2, alone: 1 },
    ]);
    expect(await world.into.column('select id from payments order by id')).toHaveLength(410);
    await world.into.run('truncate reservations, payments, drawers; delete from envclone.copied');
  }
});

/** Payments of a quarter of the total, on the day it began; drawers of one kind changed alike; NULL is no group. */
const COMPARED = `
  select (select count(*) from payments p join reservations r on r.id = p.reservation_id
           where p.amount * 4 <> r.total or p.made <> r.since)::int as broken,
         (select count(*) from reservations where total <> 1000 * id and since <> date '2024-01-01' + id::int)::int as moved,
         (select count(distinct total / id) from reservations)::int as factors,
         (select count(distinct amount) from drawers where held is not null)::int as drawers,
         (select count(distinct amount) from drawers where held is null)::int as alone`;
