import { expect, test } from 'vitest';
import { applyStatements } from '../../engine/schema/apply.js';
import { compareStatements } from '../../engine/schema/compare.js';
import { dropEverything } from '../../engine/schema/drop.js';
import { readStatements } from '../../engine/schema/read-statements.js';
import { createDatabase, type PostgresMajor, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';

/** Names that are keywords since 16 and 17. */
const SCHEMA = `
  create table public.readings ("json" json, "system_user" text default 'x', json_scalar integer primary key);
  create function public."json"(text) returns json language sql immutable as 'select to_json($1)';
  create function public.echo("json" json, "json_value" text default 'a') returns json language sql immutable as 'select $1';
  create view public.echoes as select public."json"("system_user") as "json", public.echo("json") from public.readings;
  create index on public.readings ((public."json"("system_user")::text));
  comment on function public."json"(text) is 'makes json';
  grant execute on function public.echo(json, text) to public;
  create type public."Mood" as enum ('a');`;

const statementsOf = ({ url, name }: TestDatabase, serverMajor: PostgresMajor) =>
  readStatements({ url, environment: name, serverMajor });

test.each([
  [13, 13],
  [15, 15],
  [13, 18],
  [15, 18],
  [18, 18],
] as const)('names of %i that newer versions keep for themselves come to %i', async (from, into) => {
  await using source = await createDatabase({ major: from, sql: SCHEMA });
  await using target = await createDatabase({ major: into });
  const statements = await statementsOf(source, from);

  await dropEverything(targetOf(target));
  await applyStatements(targetOf(target), statements);

  const rebuilt = await statementsOf(target, into);
  expect(compareStatements(statements, rebuilt, { isLoose: from !== into })).toEqual([]);
  expect(rebuilt.map(({ kind, name }) => `${kind} ${name}`)).toContain('function public.json(text)');
});
