import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Financial } from '../../contracts/anonymization.js';
import { decideColumns } from '../../engine/anonymizer/decide-columns.js';
import { mergeProposals } from '../../engine/anonymizer/merge-proposals.js';
import { cloneByEngine, readSchema } from '../properties/engine-clone.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { type LoftDatabase, loftDatabase } from './loft-database.js';

const ALL: Financial = {
  preserveAmountRanges: true,
  maintainCurrencyConsistency: true,
  keepTransactionRelationships: true,
  anonymizeAccountNumbers: true,
};

let loft: LoftDatabase;
let target: TestDatabase;

beforeAll(async () => {
  loft = await loftDatabase({ scale: 5 });
  target = await createDatabase();
  const schema = await readSchema(loft);
  const { rules } = mergeProposals({ schema, rules: [], financial: ALL, undecided: 'mask' });
  const decided = decideColumns({ schema, rules, generators: [] });
  expect(decided).toMatchObject({ problems: [], undecided: [] });
  await cloneByEngine({ from: loft, into: target, rules: decided.rules });
}, 120_000);

afterAll(async () => {
  await target[Symbol.asyncDispose]();
  await loft[Symbol.asyncDispose]();
});

async function both<Row extends Record<string, unknown>>(sql: string): Promise<[Row[], Row[]]> {
  await using session = await loft.session();
  return [await session.query<Row>(sql), (await target.run(sql)).rows as Row[]];
}

test('sums of a month stay within 5 %, in the same currencies, and no amount of two digits or more is what it was', async () => {
  const sums = `select to_char(paid_at, 'YYYY-MM') || ' ' || currency as month, sum(amount)::float8 as sum, count(*)::int as count
                  from public.payments where paid_at is not null group by 1 order by 1`;
  const [before, after] = await both<{ month: string; sum: number; count: number }>(sums);
  expect(after.map(({ month, count }) => [month, count])).toEqual(before.map(({ month, count }) => [month, count]));
  const changes = before.map(({ sum }, at) => Math.abs((after[at]?.sum ?? 0) / sum - 1));
  expect(before.length).toBeGreaterThan(12);
  expect(Math.max(...changes)).toBeLessThan(0.05);
  const amounts = 'select id::text, amount::text from public.payments where amount >= 10 order by 1';
  const [real, masked] = await both<{ id: string; amount: string }>(amounts);
  const maskedOf = new Map(masked.map(({ id, amount }) => [id, amount]));
  expect(real.filter(({ id, amount }) => maskedOf.get(id) === amount)).toEqual([]);
});

test('payments add up to their reservations as often as they did, but for the rounding of each', async () => {
  const [before, after] = await both<{ whole: number; all: number }>(`
    select count(*) filter (where abs(r.total - p.paid) <= 0.005 * (p.count + 1))::int as whole, count(*)::int as all
      from public.reservations r
      join (select reservation_id, sum(amount) as paid, count(*) from public.payments group by 1) p on p.reservation_id = r.id`);
  expect(after).toEqual(before);
});

test.each([
  [{}, undefined],
  [{ preserveAmountRanges: true }, {}],
  [{ maintainCurrencyConsistency: true }, { currencyColumn: 'currency' }],
  [{ keepTransactionRelationships: true }, { relatedBy: 'reservation_id' }],
  [ALL, { relatedBy: 'reservation_id', currencyColumn: 'currency' }],
] as const)('%j: the rule of an amount', async (financial, keys) => {
  const { added } = mergeProposals({ schema: await readSchema(loft), rules: [], financial });
  const rule = added.find(({ tableName, columnName }) => tableName === 'public.payments' && columnName === 'amount');
  expect(rule && { relatedBy: rule.relatedBy, currencyColumn: rule.currencyColumn }).toEqual(keys && { ...keys });
});
