import { expect, test } from 'vitest';
import { relationLabel } from '../../contracts/relations.js';
import { applyStatements } from '../../engine/schema/apply.js';
import { compareStatements } from '../../engine/schema/compare.js';
import { dropEverything } from '../../engine/schema/drop.js';
import { dumpSchema } from '../../engine/schema/dump.js';
import { splitDump } from '../../engine/schema/split.js';
import { createDatabase, POSTGRES_MAJORS, type PostgresMajor, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { comparable, nastySql } from './nasty.js';

const dumpOf = ({ url, name }: TestDatabase, major: PostgresMajor) =>
  dumpSchema({ url, environment: name, serverMajor: major });

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i a schema rebuilt stage by stage, keys table by table, dumps to the same text',
  async (major) => {
    await using source = await createDatabase({ major, sql: await nastySql(major) });
    await using target = await createDatabase({ major });
    const dump = await dumpOf(source, major);
    const statements = await splitDump(dump);

    const ofStage = (stage: string) => statements.filter((statement) => statement.stage === stage);
    await applyStatements(targetOf(target), ofStage('pre-data'));
    const tables = await target.column(`
      select n.nspname || '.' || c.relname
      from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      order by c.relname desc`);
    const keysOf = (table: string) =>
      ofStage('keys').filter(({ relation }) => relation && relationLabel(relation) === table);
    for (const table of tables) await applyStatements(targetOf(target), keysOf(table));
    const done = new Set(tables.flatMap(keysOf));
    const otherKeys = ofStage('keys').filter((statement) => !done.has(statement));
    await applyStatements(targetOf(target), [...otherKeys, ...ofStage('finish')]);

    expect(comparable(await dumpOf(target, major))).toBe(comparable(dump));
  },
);

test.each(POSTGRES_MAJORS)('on PostgreSQL %i a database full of objects is left without any', async (major) => {
  await using full = await createDatabase({ major, sql: await nastySql(major) });
  await full.run('create schema envclone; create table envclone.ledger (id integer)');

  await dropEverything(targetOf(full));

  const left = await splitDump(await dumpOf(full, major));
  // before 15 a new database's public belongs to a user, which pg_dump writes down
  expect(left.filter(({ kind, name }) => `${kind} ${name}` !== 'owner schema public')).toEqual([]);
});

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
