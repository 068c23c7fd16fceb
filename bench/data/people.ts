import type { AnonymizationRule } from '../../contracts/anonymization.js';
import { onDatabase } from '../../examples/loft/statements.js';
import { emptyDatabase } from '../databases.js';
import type { Bench } from '../row.js';

/** A database with one table of so many people: a key, four columns that are masked, and some that are not. Returns the superuser's URL. */
export function peopleDatabase(bench: Bench, rows: number): Promise<string> {
  return bench.database(`people_${rows}`, async (name) => {
    const url = await emptyDatabase(bench.server.url(), name);
    await onDatabase(url, async (client) => {
      await client.query(TABLE);
      await client.query(FILL, [rows]);
      await client.query('alter table public.people add primary key (id)');
      await client.query('vacuum analyze public.people');
    });
    bench.say(`people: ${rows} rows`);
  });
}

/** What is masked of it, where a row has to say so itself. */
export const PEOPLE_RULES: AnonymizationRule[] = [
  rule('email', 'email'),
  rule('full_name', 'fullName'),
  rule('phone', 'phone'),
  rule('address', 'address'),
  rule('city', 'keep'),
];

function rule(columnName: string, anonymizationType: AnonymizationRule['anonymizationType']): AnonymizationRule {
  return { tableName: 'public.people', columnName, anonymizationType };
}

const TABLE = `
  create table public.people (
    id bigint not null,
    email text not null,
    full_name text not null,
    phone text,
    address text,
    city text,
    balance numeric(12, 2),
    is_active boolean not null,
    created_at timestamptz not null
  )`;

const FILL = `
  insert into public.people
  select i,
         'person' || i || '@mail' || i % 50 || '.example',
         (array['Amel', 'Karim', 'Delphine', 'Yacine', 'Roger', 'Lina'])[1 + i % 6] || ' Benali ' || i % 9973,
         '+2135' || lpad((i * 7919 % 100000000)::text, 8, '0'),
         i % 300 || ', rue Didouche Mourad',
         (array['Alger', 'Oran', 'Constantine', 'Annaba'])[1 + i % 4],
         i % 100000 / 7.0,
         i % 3 > 0,
         timestamptz '2020-01-01' + i * interval '9 seconds'
  from generate_series(1, $1::bigint) i`;
