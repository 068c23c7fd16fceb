import { expect, test } from 'vitest';
import type { AnonymizationRule, KeptRow } from '../../contracts/anonymization.js';
import { decideColumns } from '../../engine/anonymizer/decide-columns.js';
import { resolveKeptRows } from '../../engine/anonymizer/kept-rows.js';
import { column, reference, scalar, schema, table } from './builders.js';

const users = table('public.users', {
  columns: [column('id', { shape: scalar('int8') }), column('email'), column('phone'), column('notes')],
  unique: ['id', 'email', 'phone'],
});
const mailings = table('public.mailings', {
  columns: [column('email')],
  foreignKeys: [reference('email', 'public.users', 'email')],
});
const days = table('public.days', { kind: 'partitioned', columns: [column('day'), column('note')], unique: ['day'] });
const monday = table('public.monday', {
  columns: [column('day'), column('note')],
  partitionOf: { schema: 'public', name: 'days' },
});

const mask = (columnName: string, anonymizationType: AnonymizationRule['anonymizationType'], tableName = 'users') => ({
  tableName,
  columnName,
  anonymizationType,
});

function resolve(keep: Omit<KeptRow, 'reason'>[], rules: AnonymizationRule[] = [mask('notes', 'text')]) {
  const definition = schema(users, days, monday);
  const decided = decideColumns({ schema: definition, rules, generators: [] });
  return resolveKeptRows(
    keep.map((row) => ({ ...row, reason: 'test account' })),
    definition,
    decided.rules,
  );
}

test('rows are named by a unique key, each entry one row, whatever their values hold', () => {
  const { rows, problems } = resolve([
    { table: 'users', key: { id: 7 } },
    { table: 'public.users', key: { email: "o'neill\\@loft.dz" } },
    { table: 'days', key: { day: 'monday' } },
  ]);
  expect(problems).toEqual([]);
  expect(Object.fromEntries(rows)).toEqual({
    'public.users': {
      relation: { schema: 'public', name: 'users' },
      where: `("id" = '7') or ("email" =  E'o''neill\\\\@loft.dz')`,
      named: 2,
    },
    'public.days': { relation: { schema: 'public', name: 'days' }, where: `("day" = 'monday')`, named: 1 },
  });
});

test.each<[title: string, row: Omit<KeptRow, 'reason'>, problem: string]>([
  ['a table that is not there', { table: 'user', key: { id: 1 } }, 'did you mean users?'],
  [
    'a column that is not there',
    { table: 'users', key: { mail: 'a' } },
    'no column mail in public.users; did you mean',
  ],
  ['what is no key', { table: 'users', key: { notes: 'a' } }, 'no unique key of public.users: name id, or email'],
  ['a partition', { table: 'monday', key: { day: 'a' } }, 'public.monday is a partition: name public.days'],
])('%s is a mistake', (_title, row, problem) => {
  expect(resolve([row]).problems).toEqual([expect.stringContaining(problem)]);
});

test('a row cannot stay where another row could be masked to its value, nor where other tables would lose it', () => {
  const keep = [{ table: 'users', key: { id: 1 } }];
  expect(resolve(keep, [mask('phone', 'phone')]).problems.join()).toContain('phone is unique, and what phone makes');
  expect(resolve(keep, [mask('email', 'email')]).problems).toEqual([]);
  const definition = schema(users, mailings);
  const { rules } = decideColumns({ schema: definition, rules: [mask('email', 'email')], generators: [] });
  const { problems } = resolveKeptRows([{ table: 'users', key: { id: 1 }, reason: '' }], definition, rules);
  expect(problems.join()).toContain('email is masked, and a foreign key ties it');
});
