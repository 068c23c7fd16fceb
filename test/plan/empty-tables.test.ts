import fc from 'fast-check';
import { expect, test } from 'vitest';
import { relationLabel } from '../../contracts/relations.js';
import type { TableDefinition } from '../../contracts/schema.js';
import { listNulled, spreadEmptiness } from '../../engine/plan/empty-tables.js';
import { column, partition, references, table } from './builders.js';

function spread(tables: TableDefinition[], ...excluded: string[]) {
  const state = spreadEmptiness(tables, new Map(excluded.map((label) => [label, 'excluded'])));
  return {
    emptied: [...state.emptied.keys()],
    nulled: listNulled(tables, state).map((entry) => `${entry.table}.${entry.column}`),
    reasons: state.emptied,
  };
}

const mandatory = (name: string) => column(name, { isNotNull: true });

test('a key that may be null becomes null, and its table keeps its rows', () => {
  const tables = [
    table('public.bookings'),
    table('public.notes', { columns: [column('booking')], foreignKeys: [references('booking', 'public.bookings')] }),
  ];
  expect(spread(tables, 'public.bookings')).toMatchObject({
    emptied: ['public.bookings'],
    nulled: ['public.notes.booking'],
  });
});

test('a mandatory key empties its table, and so on along a chain', () => {
  const tables = [
    table('public.c', { columns: [mandatory('b')], foreignKeys: [references('b', 'public.b')] }),
    table('public.b', { columns: [mandatory('a')], foreignKeys: [references('a', 'public.a')] }),
    table('public.a'),
    table('public.unrelated'),
  ];
  const { emptied, reasons } = spread(tables, 'public.a');
  expect(emptied.toSorted()).toEqual(['public.a', 'public.b', 'public.c']);
  expect(reasons.get('public.c')).toBe('b cannot be null, and public.b stays empty');
});

test('of a composite key, one column that no other key needs is enough', () => {
  const tables = [
    table('public.payments'),
    table('public.tenants'),
    table('public.t', {
      columns: [column('tenant'), column('payment'), mandatory('currency')],
      foreignKeys: [
        references('tenant', 'public.tenants'),
        references('tenant payment currency', 'public.payments', { referencedColumns: ['tenant', 'id', 'currency'] }),
      ],
    }),
  ];
  expect(spread(tables, 'public.payments').nulled).toEqual(['public.t.payment']);
});

test('a MATCH FULL key becomes null as a whole, or empties its table', () => {
  const full = { referencedColumns: ['a', 'b'], isMatchFull: true };
  const tables = [
    table('public.gone'),
    table('public.optional', {
      columns: [column('x'), column('y')],
      foreignKeys: [references('x y', 'public.gone', full)],
    }),
    table('public.half', {
      columns: [column('x'), mandatory('y')],
      foreignKeys: [references('x y', 'public.gone', full)],
    }),
  ];
  expect(spread(tables, 'public.gone')).toMatchObject({
    emptied: ['public.gone', 'public.half'],
    nulled: ['public.optional.x', 'public.optional.y'],
  });
});

test('a MATCH FULL key to rows that stay is not left half null by another key', () => {
  const tables = [
    table('public.gone'),
    table('public.kept'),
    table('public.t', {
      columns: [column('x'), column('y')],
      foreignKeys: [
        references('x y', 'public.kept', { referencedColumns: ['a', 'b'], isMatchFull: true }),
        references('x', 'public.gone'),
      ],
    }),
  ];
  expect(spread(tables, 'public.gone').nulled).toEqual(['public.t.x', 'public.t.y']);
});

test('a key that leads to a column made null has lost its rows', () => {
  const tables = [
    table('public.gone'),
    table('public.middle', { columns: [column('code')], foreignKeys: [references('code', 'public.gone')] }),
    table('public.last', {
      columns: [mandatory('code')],
      foreignKeys: [references('code', 'public.middle', { referencedColumns: ['code'] })],
    }),
  ];
  expect(spread(tables, 'public.gone')).toMatchObject({
    emptied: ['public.gone', 'public.last'],
    nulled: ['public.middle.code'],
  });
});

test('columns that cannot become null empty their table: computed, dividing it, or unique with equal nulls', () => {
  const columns = [column('ref')];
  const foreignKeys = [references('ref', 'public.gone')];
  const dividing = table('public.dividing', { kind: 'partitioned', columns, foreignKeys, partitionKey: ['ref'] });
  const tables = [
    table('public.gone'),
    table('public.computed', { columns: [column('ref', { generated: 'stored' })], foreignKeys }),
    dividing,
    partition('public.part', dividing),
    table('public.single', {
      columns,
      foreignKeys,
      uniqueKeys: [
        { name: 'u', columns: ['ref'], isPrimary: false, isPartial: false, isExpression: false, areNullsEqual: true },
      ],
    }),
  ];
  expect(spread(tables, 'public.gone').emptied.toSorted()).toEqual([
    'public.computed',
    'public.dividing',
    'public.gone',
    'public.part',
    'public.single',
  ]);
});

test('an emptied partitioned table covers its partitions at every level, and an emptied partition breaks keys to its root', () => {
  const root = table('public.root', { kind: 'partitioned' });
  const middle = partition('public.middle', root, { kind: 'partitioned' });
  const leaf = partition('public.leaf', middle);
  const tables = [
    root,
    middle,
    leaf,
    table('public.optional', { columns: [column('ref')], foreignKeys: [references('ref', 'public.root')] }),
  ];
  expect(spread(tables, 'public.root').emptied).toEqual(['public.root', 'public.middle', 'public.leaf']);
  expect(spread(tables, 'public.leaf')).toMatchObject({ emptied: ['public.leaf'], nulled: ['public.optional.ref'] });
});

test('columns of a partitioned table are listed once, and become null in every partition', () => {
  const root = table('public.root', {
    kind: 'partitioned',
    columns: [column('ref')],
    foreignKeys: [references('ref', 'public.gone')],
  });
  const tables = [table('public.gone'), root, partition('public.leaf', root)];
  const state = spreadEmptiness(tables, new Map([['public.gone', 'excluded']]));
  expect(listNulled(tables, state)).toEqual([
    { table: 'public.root', column: 'ref', reason: 'public.gone stays empty' },
  ]);
  expect(state.nulled.get('public.leaf')?.has('ref')).toBe(true);
});

test('self references and cycles come to an end', () => {
  const tables = [
    table('public.a', {
      columns: [mandatory('b'), mandatory('self')],
      foreignKeys: [references('b', 'public.b'), references('self', 'public.a')],
    }),
    table('public.b', { columns: [mandatory('a')], foreignKeys: [references('a', 'public.a')] }),
  ];
  expect(spread(tables).emptied).toEqual([]);
  expect(spread(tables, 'public.b').emptied.toSorted()).toEqual(['public.a', 'public.b']);
});

test('tables of extensions and foreign tables are never emptied', () => {
  const tables = [table('public.ext', { extension: 'postgis' }), table('public.far', { kind: 'foreign' })];
  expect(spread(tables, 'public.ext', 'public.far').emptied).toEqual([]);
});

const COLUMNS = ['a', 'b', 'c'];

/** Schemas of up to eight tables and partitions with keys of one to three columns to each other, cycles included. */
const schemas = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc.array(
    fc.record({
      mandatory: fc.subarray(COLUMNS),
      parent: fc.option(fc.nat(size - 1), { nil: undefined }),
      keys: fc.array(
        fc.record({ to: fc.nat(size - 1), columns: fc.subarray(COLUMNS, { minLength: 1 }), isMatchFull: fc.boolean() }),
        { maxLength: 3 },
      ),
    }),
    { minLength: size, maxLength: size },
  ),
);

const excludedSubset = fc.array(fc.nat(7), { maxLength: 3 });

test('whatever is left out, no key of a kept row leads to a row that is not there', () => {
  fc.assert(
    fc.property(schemas, excludedSubset, (drafts, excluded) => {
      const tables = drafts.map(({ mandatory: notNull, parent, keys }, at) =>
        table(`public.t${at}`, {
          columns: COLUMNS.map((name) => column(name, { isNotNull: notNull.includes(name) })),
          // A partition's root has the smaller number, so that trees have no cycles.
          ...(parent !== undefined && parent < at && { partitionOf: { schema: 'public', name: `t${parent}` } }),
          foreignKeys: keys.map(({ to, columns, isMatchFull }) =>
            references(columns.join(' '), `public.t${to}`, { referencedColumns: columns, isMatchFull }),
          ),
        }),
      );
      const { emptied, nulled } = spreadEmptiness(
        tables,
        new Map(excluded.filter((at) => at < tables.length).map((at) => [`public.t${at}`, 'excluded'])),
      );
      const partsOf = (label: string): string[] => [
        label,
        ...tables.flatMap((part) =>
          part.partitionOf && relationLabel(part.partitionOf) === label ? partsOf(relationLabel(part)) : [],
        ),
      ];
      for (const kept of tables.filter((candidate) => !emptied.has(relationLabel(candidate)))) {
        const nulls = nulled.get(relationLabel(kept)) ?? new Map();
        for (const name of nulls.keys())
          expect(kept.columns.find((found) => found.name === name)?.isNotNull).toBe(false);
        for (const { columns, references: to, referencedColumns, isMatchFull } of kept.foreignKeys) {
          const nullCount = columns.filter((name) => nulls.has(name)).length;
          if (isMatchFull) expect([0, columns.length]).toContain(nullCount);
          if (nullCount > 0) continue;
          for (const part of partsOf(relationLabel(to))) {
            expect(emptied.has(part)).toBe(false);
            expect(referencedColumns.some((name) => nulled.get(part)?.has(name))).toBe(false);
          }
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('when nothing is left out, nothing changes', () => {
  fc.assert(
    fc.property(schemas, (drafts) => {
      const tables = drafts.map(({ keys }, at) =>
        table(`public.t${at}`, {
          columns: COLUMNS.map((name) => column(name)),
          foreignKeys: keys.map(({ to, columns }) => references(columns.join(' '), `public.t${to}`)),
        }),
      );
      expect(spread(tables)).toMatchObject({ emptied: [], nulled: [] });
    }),
  );
});
