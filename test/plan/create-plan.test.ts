import { expect, test } from 'vitest';
import type { ClonePlan, TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import { createPlan } from '../../engine/plan/create-plan.js';
import {
  column,
  INTEGER,
  partition,
  planInput,
  ROLE,
  references,
  rule,
  rulesOf,
  schemaOf,
  TEXT,
  table,
  targetCatalog,
} from './builders.js';

function plannedTable(plan: ClonePlan, label: string): TablePlan {
  const found = plan.units.flatMap(({ tables }) => tables).find((candidate) => relationLabel(candidate) === label);
  if (!found) throw new Error(`${label} is not copied`);
  return found;
}

test('from a standby, unlogged tables stay empty', () => {
  const tables = [table('public.cache', { isUnlogged: true }), table('public.t')];
  const plan = createPlan(planInput([], { source: schemaOf(tables, { isStandby: true }) }));
  expect(plan.emptied).toEqual([{ table: 'public.cache', reason: 'it is unlogged, and a standby has no rows of it' }]);
  expect(createPlan(planInput(tables)).emptied).toEqual([]);
});

test('a plan names what it was made of', () => {
  const plan = createPlan(
    planInput([table('public.t')], { neutralized: [{ kind: 'trigger', name: 't', reason: 'r' }] }),
  );
  expect(plan).toMatchObject({
    operation: 'clone-test',
    source: 'production',
    target: 'test',
    createdAt: '2026-01-02T03:04:05.000Z',
    schema: { operation: 'clone-test', name: 'schema.json' },
    sourceFingerprint: 'f1',
    neutralized: [{ kind: 'trigger', name: 't', reason: 'r' }],
    createsDatabase: false,
    restorePoint: 'archive',
    refusals: [],
    warnings: [],
  });
});

test('a table travels in binary when every type allows it, and what is masked can be read there', () => {
  const columns = [column('id'), column('email', { shape: TEXT }), column('tags', { isBinaryPortable: false })];
  const plan = createPlan(
    planInput(
      [
        table('public.plain', { columns: columns.slice(0, 2) }),
        table('public.masked', { columns: columns.slice(0, 2) }),
        table('public.masked_range', {
          columns: columns.slice(0, 2).concat(column('during', { shape: { kind: 'range', subtype: INTEGER } })),
        }),
        table('public.bound', { columns }),
        table('public.computed', {
          columns: [column('id'), column('g', { generated: 'stored', isBinaryPortable: false })],
        }),
      ],
      {
        decided: rulesOf({
          'public.masked': { email: rule('email') },
          'public.masked_range': { during: rule('empty') },
        }),
      },
    ),
  );
  expect(plannedTable(plan, 'public.plain')).toMatchObject({ wire: 'binary' });
  expect(plannedTable(plan, 'public.masked_range').wire).toBe('text');
  expect(plannedTable(plan, 'public.masked')).toMatchObject({
    wire: 'binary',
    columns: [
      { name: 'id', shape: INTEGER },
      { name: 'email', rule: { type: 'email' } },
    ],
  });
  expect(plannedTable(plan, 'public.bound').wire).toBe('text');
  expect(plannedTable(plan, 'public.computed')).toMatchObject({ wire: 'binary', columns: [{ name: 'id' }] });
});

test('partitioned, foreign and extension tables have no rows to copy; the last two are listed', () => {
  const root = table('public.logs', { kind: 'partitioned' });
  const plan = createPlan(
    planInput([
      root,
      partition('public.logs_1', root),
      table('public.far', { kind: 'foreign' }),
      table('public.internals', { extension: 'pg_net' }),
      table('public.spatial_ref_sys', { extension: 'postgis', extensionFilter: 'WHERE srid > 1000' }),
      table('cron.job', { extension: 'pg_cron', extensionFilter: '' }),
      table('public.cache', { isUnlogged: true }),
    ]),
  );
  const copied = plan.units.flatMap(({ tables }) => tables.map(relationLabel));
  expect(copied.toSorted()).toEqual(['public.cache', 'public.logs_1', 'public.spatial_ref_sys']);
  expect(plannedTable(plan, 'public.spatial_ref_sys').where).toBe('srid > 1000');
  expect(plan.leftOut.map(({ kind, name }) => [kind, name])).toEqual([
    ['rows of foreign table', 'public.far'],
    ['rows of extension table', 'public.internals'],
    ['rows of extension table', 'cron.job'],
  ]);
});

test('large objects are listed as left out', () => {
  const plan = createPlan(planInput([], { source: schemaOf([], { largeObjects: 3 }) }));
  expect(plan.leftOut).toMatchObject([{ kind: 'large objects', name: '3' }]);
});

test('rows go to the root, from every partition, when masking may move one of them', () => {
  const columns = [column('id'), column('email', { shape: TEXT }), column('region', { shape: TEXT })];
  const root = table('public.people', { kind: 'partitioned', columns, partitionKey: ['region'] });
  const middle = partition('public.people_north', root, { kind: 'partitioned', partitionKey: ['email'] });
  const tables = [root, middle, partition('public.people_a', middle), partition('public.people_south', root)];
  const email = { email: rule('email') };
  const plan = createPlan(
    planInput(tables, {
      decided: rulesOf({ 'public.people_north': email, 'public.people_a': email, 'public.people_south': email }),
    }),
  );
  const into = { schema: 'public', name: 'people' };
  expect(plannedTable(plan, 'public.people_a').into).toEqual(into);
  expect(plannedTable(plan, 'public.people_south').into).toEqual(into);
});

test('masking beside the partition key moves no row', () => {
  const columns = [column('at'), column('email', { shape: TEXT })];
  const root = table('public.logs', { kind: 'partitioned', columns, partitionKey: ['at'] });
  const plan = createPlan(
    planInput([root, partition('public.logs_1', root)], {
      decided: rulesOf({ 'public.logs_1': { email: rule('email') } }),
    }),
  );
  expect(plannedTable(plan, 'public.logs_1')).not.toHaveProperty('into');
});

test('rows divided by the hash of an enum go to the root, for its OIDs are others there', () => {
  const divided = (partitionStrategy: 'hash' | 'list') => {
    const root = table('public.r', {
      kind: 'partitioned',
      columns: [column('r', { shape: ROLE })],
      partitionKey: ['r'],
      partitionStrategy,
    });
    return plannedTable(createPlan(planInput([root, partition('public.p', root)])), 'public.p').into;
  };
  expect(divided('hash')).toEqual({ schema: 'public', name: 'r' });
  expect(divided('list')).toBeUndefined();
});

test('an excluded system is emptied; a pattern without a schema means public', () => {
  const tables = [
    table('audit.logs'),
    table('public.conversations'),
    table('public.message_parts'),
    table('public.messages'),
    table('public.bookings'),
    table('other.bookings'),
  ];
  const plan = createPlan(planInput(tables, { options: { includeConversations: false, includeReservations: false } }));
  expect(plan.emptied).toEqual([
    { table: 'public.conversations', reason: 'the conversations system is left out' },
    { table: 'public.message_parts', reason: 'the conversations system is left out' },
    { table: 'public.bookings', reason: 'the reservations system is left out' },
  ]);
  const copied = plan.units.flatMap((unit) => unit.tables.map(relationLabel));
  expect(copied.toSorted()).toEqual(['audit.logs', 'other.bookings', 'public.messages']);
});

test('a system that was to be left out and has no table is a warning', () => {
  const plan = createPlan(planInput([table('public.t')], { options: { includeAuditLogs: false } }));
  expect(plan.warnings).toEqual([expect.stringContaining('the audit system')]);
});

test('a key to an emptied table becomes null, whatever the rules say of it', () => {
  const notes = table('public.notes', {
    columns: [column('id'), column('booking')],
    foreignKeys: [references('booking', 'public.bookings')],
  });
  const plan = createPlan(
    planInput([table('public.bookings'), notes], {
      options: { includeReservations: false },
      decided: rulesOf({ 'public.notes': { booking: rule('mask') } }),
    }),
  );
  expect(plan.nulled).toEqual([{ table: 'public.notes', column: 'booking', reason: 'public.bookings stays empty' }]);
  expect(plannedTable(plan, 'public.notes')).toMatchObject({
    wire: 'binary',
    columns: [{ name: 'id' }, { name: 'booking', rule: { type: 'null' } }],
  });
});

test('unmasked rows of production are refused, unless the target allows them by name', () => {
  const raw = { options: { anonymizeData: false }, decided: rulesOf({ 'public.t': { id: rule('mask') } }) };
  const tables = [table('public.t')];
  expect(() => createPlan(planInput(tables, raw))).toThrow(expect.objectContaining({ code: 'RAW_DATA_REFUSED' }));
  const plan = createPlan(planInput(tables, { ...raw, allowsRawData: true }));
  expect(plannedTable(plan, 'public.t')).toMatchObject({ wire: 'binary', columns: [{ name: 'id', shape: INTEGER }] });
  expect(() => createPlan(planInput(tables, { ...raw, sourceType: 'test' }))).not.toThrow();
});

const UNDECIDED = {
  table: 'public.t',
  column: 'note',
  type: 'text',
  proposal: { rule: { anonymizationType: 'text' }, confidence: 'likely', reason: 'free text' },
};

test('columns that nobody decided about stop the plan with all of them and a proposal each', () => {
  const undecided = [UNDECIDED, { ...UNDECIDED, column: 'other' }];
  const input = planInput([table('public.t')], { decided: { ...rulesOf({}), undecided } });
  expect(() => createPlan(input)).toThrow(
    expect.objectContaining({
      code: 'UNDECIDED_COLUMNS',
      message: expect.stringMatching(/2 columns.*\n.*t\.note \(text\): proposed text; free text\n.*t\.other/),
      details: { undecided },
    }),
  );
});

test('columns whose rows are not copied, or not masked, need no decision', () => {
  const decided = { ...rulesOf({}), undecided: [{ ...UNDECIDED, table: 'audit.logs' }] };
  const tables = [table('audit.logs')];
  expect(() => createPlan(planInput(tables, { decided, options: { includeAuditLogs: false } }))).not.toThrow();
  expect(() =>
    createPlan(planInput(tables, { decided, options: { anonymizeData: false }, allowsRawData: true })),
  ).not.toThrow();
});

test('tables that the rules empty need no decision and are in the plan with their reason; without masking they are copied', () => {
  const input = {
    decided: { ...rulesOf({}), undecided: [{ ...UNDECIDED, table: 'auth.sessions' }] },
    emptyTables: new Map([['auth.sessions', 'sessions of people']]),
  };
  const tables = [table('auth.sessions'), table('public.t')];
  const plan = createPlan(planInput(tables, input));
  expect(plan.emptied).toEqual([{ table: 'auth.sessions', reason: 'sessions of people' }]);
  expect(() => plannedTable(plan, 'auth.sessions')).toThrow('is not copied');
  const raw = createPlan(planInput(tables, { ...input, options: { anonymizeData: false }, allowsRawData: true }));
  expect(raw.emptied).toEqual([]);
});

test('rules that cannot be followed stop the plan, all at once', () => {
  const input = planInput([], { decided: { ...rulesOf({}), undecided: [UNDECIDED], problems: ['one', 'two'] } });
  expect(() => createPlan(input)).toThrow(
    expect.objectContaining({ code: 'RULE_INVALID', details: { problems: ['one', 'two'] } }),
  );
});

test('custom rules without masking are a warning', () => {
  const customAnonymizationRules = [{ tableName: 't', columnName: 'c', anonymizationType: 'email' as const }];
  const plan = createPlan(
    planInput([], { options: { anonymizeData: false, customAnonymizationRules }, sourceType: 'test' }),
  );
  expect(plan.warnings).toEqual([expect.stringContaining('customAnonymizationRules')]);
});

test('a database that is not there is created, and dropped again by an undo', () => {
  const { encoding: _, ...target } = targetCatalog({ exists: false });
  expect(createPlan(planInput([], { target }))).toMatchObject({
    createsDatabase: true,
    restorePoint: 'drop database',
    refusals: [],
  });
});
