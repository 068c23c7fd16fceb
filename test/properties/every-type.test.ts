import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDatabase } from '../support/databases.js';
import { cloneByEngine, rowsByTable } from './engine-clone.js';
import { arrayOf, literal } from './made-types.js';
import { SCALARS } from './scalar-types.js';

const VALUES_A_TYPE = 25;

test.each([13, 18] as const)('on PostgreSQL %i every built-in type and its array arrive as they are', async (major) => {
  const fill = SCALARS.filter(({ since = 13 }) => since <= major).map((type, at) => {
    const [plain, array] = [type, arrayOf(type)];
    const rows = fc
      .sample(fc.tuple(plain.value, array.value), { numRuns: VALUES_A_TYPE, seed: 1 })
      .map((pair) => `(${pair.map(literal).join(', ')})`);
    return `create table t${at} (v ${plain.sql}, a ${array.sql}); insert into t${at} values ${rows.join(', ')}, (null, null)`;
  });
  await using from = await createDatabase({ major, sql: `${OBJECTS}; ${fill.join(';\n')}` });
  await using into = await createDatabase({ major });

  await cloneByEngine({ from, into });

  expect(await rowsByTable(into)).toEqual(await rowsByTable(from));
});

/** What values of the reg* types name. */
const OBJECTS = `
  create schema "of rows";
  create table "of rows"."numbered ""one""" (id integer);
  create type "of rows"."Mood; ""all""" as enum ('sad');
  create function "of rows"."func tion"(integer) returns integer language sql as 'select $1'`;
