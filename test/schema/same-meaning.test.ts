import { expect, test } from 'vitest';
import { applyStatements } from '../../engine/schema/apply.js';
import { compareStatements } from '../../engine/schema/compare.js';
import { dropEverything } from '../../engine/schema/drop.js';
import { readStatements } from '../../engine/schema/read-statements.js';
import { createDatabase, POSTGRES_MAJORS, type PostgresMajor, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';

/** The server writes all of these in another way once it has read what it wrote. */
const SCHEMA = `
  create table public.series (id integer, kind varchar(50), state varchar, constraint kinds check (kind in ('artist', 'event')));
  alter table public.series add constraint states check (state not in ('gone', 'lost')) not valid;
  create index open_series on public.series (id) where state in ('open', 'new');
  create policy visible on public.series using (state in ('open', 'new'));
  create table public.defaults (b boolean default ('x'::varchar in ('a', 'b')));
  create view public.events as
    select id, kind, country from (select id, kind, id as country from public.series union all select id, kind, null from public.series) q;
  create rule quiet as on insert to public.series where new.state in ('a', 'b') do instead nothing;`;

const statementsOf = ({ url, name }: TestDatabase, serverMajor: PostgresMajor) =>
  readStatements({ url, environment: name, serverMajor });

async function rebuilt(major: PostgresMajor, change = '') {
  await using source = await createDatabase({ major, sql: SCHEMA });
  await using target = await createDatabase({ major });
  const statements = await statementsOf(source, major);
  await dropEverything(targetOf(target));
  await applyStatements(targetOf(target), statements);
  if (change) await target.run(change);
  return { statements, rebuilt: await statementsOf(target, major) };
}

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i what a server writes otherwise the second time is no difference',
  async (major) => {
    const schemas = await rebuilt(major);
    const sqlOf = (list: { sql: string }[]) => list.map(({ sql }) => sql);
    expect(sqlOf(schemas.rebuilt)).not.toEqual(sqlOf(schemas.statements));
    expect(compareStatements(schemas.statements, schemas.rebuilt)).toEqual([]);
  },
);

test('what means something else is a difference', async () => {
  const schemas = await rebuilt(
    15,
    `alter table public.series drop constraint kinds;
     alter table public.series add constraint kinds check (kind in ('artist', 'events'));
     alter view public.events rename country to land;
     drop index public.open_series;
     create index open_series on public.series (id) where state in ('open');`,
  );
  expect(
    compareStatements(schemas.statements, schemas.rebuilt)
      .map(({ kind, name }) => `${kind} ${name}`)
      .sort(),
  ).toEqual(['index public.open_series', 'table public.series', 'view public.events']);
});
