import { onDatabase } from '../../examples/loft/statements.js';
import { emptyDatabase } from '../databases.js';
import type { Bench } from '../row.js';

/** A database of so many tables, as tenants by schema or years of migrations leave them: 20 rows, a key, an index, every second one a foreign key. */
export function smallTablesDatabase(bench: Bench, tables: number): Promise<string> {
  return bench.database(`tables_${tables}`, async (name) => {
    const url = await emptyDatabase(bench.server.url(), name);
    await onDatabase(url, async (client) => {
      for (let first = 1; first <= tables; first += BATCH) {
        const last = Math.min(tables, first + BATCH - 1);
        await client.query(CREATE.replace('$first', String(first)).replace('$last', String(last)));
      }
      await client.query('analyze');
    });
    bench.say(`small tables: ${tables}`);
  });
}

/** In one transaction: each table holds locks until its end. */
const BATCH = 250;

const CREATE = `
  do $$
  begin
    for n in $first..$last loop
      execute format(
        'create table public.t%s (id integer primary key, label text not null, amount numeric, parent integer, made_at timestamptz)', n);
      execute format(
        'insert into public.t%s select i, ''label '' || i, i * 1.5, i, timestamptz ''2024-01-01'' + i * interval ''1 hour''
           from generate_series(1, 20) i', n);
      execute format('create index on public.t%s (made_at)', n);
      if n % 2 = 0 then
        execute format('alter table public.t%s add foreign key (parent) references public.t%s (id)', n, n - 1);
      end if;
    end loop;
  end
  $$`;
