import { expect, test } from 'vitest';
import { relationLabel } from '../../contracts/relations.js';
import { addForeignKeys } from '../../engine/schema/add-foreign-keys.js';
import { applyStatements } from '../../engine/schema/apply.js';
import { buildKeys } from '../../engine/schema/build-keys.js';
import { compareStatements } from '../../engine/schema/compare.js';
import { dropEverything } from '../../engine/schema/drop.js';
import { splitDump } from '../../engine/schema/split.js';
import { createDatabase, POSTGRES_MAJORS } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { comparable, nastySql } from './nasty.js';
import { dumpOf, stagedSchema } from './staged.js';

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i a schema rebuilt stage by stage, keys table by table, dumps to the same text',
  async (major) => {
    await using source = await createDatabase({ major, sql: await nastySql(major) });
    await using target = await createDatabase({ major });
    const schema = await stagedSchema(source, major);
    await applyStatements(targetOf(target), schema.preData);
    const tables = await target.column(`
      select n.nspname || '.' || c.relname
      from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      order by c.relname desc`);
    const keysOf = (table: string) =>
      schema.keys.filter(({ relation }) => relation && relationLabel(relation) === table);
    for (const table of tables) await buildKeys(targetOf(target), keysOf(table), { smallTableBytes: 0 });
    const done = new Set(tables.flatMap(keysOf));
    await buildKeys(
      targetOf(target),
      schema.keys.filter((statement) => !done.has(statement)),
    );
    await addForeignKeys(targetOf(target), schema.foreignKeys);
    await applyStatements(targetOf(target), schema.finish);

    expect(comparable(await dumpOf(target, major))).toBe(comparable(schema.dump));
  },
);

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i a database full of objects is left without any, but for what says that it is unfinished',
  async (major) => {
    await using full = await createDatabase({ major, sql: await nastySql(major) });
    await full.run('create schema envclone; create table envclone.ledger (id integer)');

    await dropEverything(targetOf(full));

    expect(await full.column(`select to_regclass('envclone.ledger')::text`)).toEqual(['envclone.ledger']);
    const left = await splitDump(await dumpOf(full, major));
    // before 15 a new database's public belongs to a user, which pg_dump writes down
    expect(left.filter(({ kind, name }) => `${kind} ${name}` !== 'owner schema public')).toEqual([]);
  },
);

test('a schema of version 13 is rebuilt on version 18', async () => {
  await using source = await createDatabase({ major: 13, sql: await nastySql(13) });
  await using target = await createDatabase({ major: 18 });
  const statements = await splitDump(await dumpOf(source, 13));

  await dropEverything(targetOf(target));
  await applyStatements(targetOf(target), statements);

  const rebuilt = await splitDump(await dumpOf(target, 18));
  expect(compareStatements(statements, rebuilt, { isLoose: true })).toEqual([]);
});

test('a schema replaces whatever the target held', async () => {
  await using source = await createDatabase({ major: 15, sql: await nastySql(15) });
  await using target = await createDatabase({ major: 15, sql: await nastySql(15) });
  await target.run('drop schema audit cascade; create table customers_old (id integer); drop publication filtered');
  const statements = await splitDump(await dumpOf(source, 15));

  await dropEverything(targetOf(target));
  await applyStatements(targetOf(target), statements);

  expect(compareStatements(statements, await splitDump(await dumpOf(target, 15)))).toEqual([]);
});
