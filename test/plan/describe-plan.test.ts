import { expect, test } from 'vitest';
import { createPlan } from '../../engine/plan/create-plan.js';
import { describePlan } from '../../engine/plan/describe-plan.js';
import { summarizePlan } from '../../engine/plan/summarize-plan.js';
import { column, planInput, references, rule, rulesOf, schemaOf, TEXT, table, targetCatalog } from './builders.js';

const TABLES = [
  table('public.bookings'),
  table('public.Données Clients', {
    columns: [column('booking'), column('email', { shape: TEXT })],
    foreignKeys: [references('booking', 'public.bookings')],
    estimatedRows: 12_345,
    sizeBytes: 2_500_000,
  }),
  table('public.t', { estimatedRows: 1, sizeBytes: 0 }),
];

test('people read tables, sizes, rules, and everything that will not be as in the source', () => {
  const plan = createPlan(
    planInput(TABLES, {
      source: schemaOf(TABLES, {
        largeObjects: 2,
        extensions: [{ name: 'postgis', version: '3', schema: 'public', isUsed: true }],
        roles: ['anon'],
      }),
      options: { includeReservations: false },
      decided: rulesOf({ 'public.Données Clients': { email: rule('custom', { generator: 'corporate' }) } }),
      neutralized: [{ kind: 'trigger', name: 'public.t.hook', reason: 'calls net.http_post' }],
      warnings: ['the source grants CREATE on schema public to PUBLIC'],
    }),
  );
  expect(describePlan(plan)).toBe(
    `production → test: 2 tables, 2.5 MB, 2 columns masked
Everything in test is replaced; a restore point is made first.

Tables
  public.Données Clients  ~12 345 rows  2.5 MB  booking: null, email: corporate
  public.t                ~1 row        0 B

Stay empty
  public.bookings  the reservations system is left out

Become null
  public.Données Clients.booking  public.bookings stays empty

Made harmless
  trigger public.t.hook  calls net.http_post

Left out
  large objects 2  a clone leaves large objects alone

Roles created, without login
  anon

Warnings
  the source grants CREATE on schema public to PUBLIC

Refused
  extension postgis 3 is not available on the server of test: install it there`,
  );
});

test('a clone without masking into a new database says both in its first lines', () => {
  const plan = createPlan(
    planInput([], { options: { anonymizeData: false }, allowsRawData: true, target: targetCatalog({ exists: false }) }),
  );
  expect(describePlan(plan)).toBe('production → test: 0 tables, 0 B, NOT anonymized\nThe database of test is created.');
});

test('a summary has names and sizes, and nothing of rules', () => {
  const plan = createPlan(planInput(TABLES, { warnings: ['w'] }));
  const ref = { operation: 'clone-test', name: 'plan.json' };
  expect(summarizePlan(plan, ref)).toEqual({
    plan: ref,
    restorePoint: 'archive',
    lanes: 4,
    units: [{ tables: ['public.Données Clients', 'public.bookings', 'public.t'], sizeBytes: 2_508_192 }],
    tables: 3,
    sizeBytes: 2_508_192,
    warnings: ['w'],
  });
});
