import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CloneOptions } from '../../contracts/clone.js';
import { openDesk } from '../../worker/desk.js';
import { createWorld, type World } from '../support/world.js';

let world: World;

beforeAll(async () => {
  world = await createWorld({ major: 17 });
  await world.configure((config) => {
    config.environments.test = { type: 'test', allowRawData: true };
  });
  await new Promise((resolve) => setTimeout(resolve, 2_100));
}, 60_000);

afterAll(() => world[Symbol.asyncDispose]());

const count = async (table: string) => Number((await world.target.column(`select count(*) from ${table}`))[0]);

async function clone(options: Partial<CloneOptions>) {
  return world.cloner.cloneEnvironment({ source: 'production', target: 'test', confirm: 'test', options });
}

test('without audit logs the audit system is there and empty; without user roles everybody has the default role', async () => {
  await clone({ includeAuditLogs: false, preserveUserRoles: false });
  expect(await count('audit.audit_logs')).toBe(0);
  expect(await count('public.guests')).toBeGreaterThan(0);
  expect(await world.target.column('select distinct role::text from public.profiles')).toHaveLength(1);
}, 60_000);

test('without conversations nothing that needs one is left', async () => {
  await clone({ includeConversations: false });
  expect(await count('public.conversations')).toBe(0);
  expect(await count('public.messages')).toBe(0);
  expect(await count('public.reservations')).toBeGreaterThan(0);
}, 60_000);

test('without reservations the keys that lead to them are null, and tables that cannot be without are empty', async () => {
  await clone({ includeReservations: false });
  expect(await count('public.reservations')).toBe(0);
  expect(await count('public.payments')).toBe(0);
  expect(await count('public.lofts')).toBeGreaterThan(0);
}, 60_000);

test("unmasked, where the target allows it, the rows are production's", async () => {
  await clone({ anonymizeData: false });
  expect(await count(`public.guests where email like '%@test.local'`)).toBe(0);
}, 60_000);

test('a function in the options of a run is refused before anything is started, with what to do instead', async () => {
  const rule = {
    tableName: 'public.lofts',
    columnName: 'description',
    anonymizationType: 'custom' as const,
    customGenerator: (() => 'a loft') as unknown as string,
  };
  await expect(clone({ customAnonymizationRules: [rule] })).rejects.toMatchObject({
    code: 'CONFIGURATION_INVALID',
    message: 'options.customAnonymizationRules.0.customGenerator is a function, which cannot be sent to a worker',
    next: expect.stringContaining('generators in envclone.config.ts'),
  });
});

test("rules of one run come before the file's, and the report says so, with what masking did to each column", async () => {
  const { operationId, anonymization } = await clone({
    customAnonymizationRules: [
      { tableName: 'public.lofts', columnName: 'description', anonymizationType: 'constant', value: 'a loft' },
    ],
  });
  expect(
    await world.target.column('select distinct description from public.lofts where description is not null'),
  ).toEqual(['a loft']);
  const { json, markdown } = await (await openDesk(world.directory)).report(operationId);
  expect(json.masking).toMatchObject({
    dictionary: expect.stringMatching(/^[\da-f]{16}$/),
    overriding: [
      { tableName: 'public.lofts', columnName: 'description', anonymizationType: 'constant', instead: 'text' },
    ],
  });
  expect(markdown).toContain('`public.lofts.description`: constant, instead of text');
  expect(anonymization.every(({ columns }) => columns === undefined)).toBe(true);

  // Different values are estimated from statistics; what was NULL is counted.
  const guests = json.masking?.tables.find(({ tableName }) => tableName === 'public.guests');
  const email = guests?.columns?.find(({ name }) => name === 'email');
  expect(email?.nulls).toBe(await count('public.guests where email is null'));
  const distinct = Number((await world.target.column('select count(distinct email) from public.guests'))[0]);
  for (const estimate of [email?.distinctBefore, email?.distinctAfter]) {
    expect(estimate).toBeGreaterThan(distinct * 0.9);
    expect(estimate).toBeLessThan(distinct * 1.1);
  }
}, 60_000);
