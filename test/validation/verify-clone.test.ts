import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyUnit } from '../../activities/copy-unit.js';
import { createActivities, holdActivity, runActivity } from '../../bench/in-process.js';
import type { HeldSnapshot } from '../../contracts/stages.js';
import type { CopyProof, ValidationResult } from '../../contracts/validation.js';
import { operationArtifact } from '../../engine/monitoring/operation-artifacts.js';
import { renderReport } from '../../engine/monitoring/render-report.js';
import { createServicesOpener } from '../../worker/services.js';
import { createWorld, type World } from '../support/world.js';

const SOURCE = `
  create table notes (id int primary key, body text, author_email text);
  insert into notes select g, 'note ' || g, 'someone' || g || '@mail.dz' from generate_series(1, 200) g`;

let world: World;
beforeAll(async () => {
  world = await createWorld({ source: SOURCE, hasWorker: false });
}, 60_000);
afterAll(() => world[Symbol.asyncDispose]());

test('a clone verified by checksums says over what, and one whose kept value differs is not valid', async () => {
  const sound = await clone({ verify: 'checksums' });
  expect(sound.validation.verification).toEqual({
    proof: 'checksums',
    tables: 1,
    rows: 200,
    columns: expect.any(Number),
  });
  expect(sound.validation).toMatchObject({ isValid: true, errors: [] });
  expect(sound.report).toMatch(/checksums of 200 rows in 1 tables, over [12] unmasked columns/);

  const damaged = await clone({ verify: 'checksums', damage: `update notes set id = -7 where id = 7` });
  expect(damaged.validation.isValid).toBe(false);
  expect(damaged.validation.errors).toContainEqual({
    code: 'VALIDATION_FAILED',
    message: "public.notes: unmasked values are not those of the source's snapshot",
    object: 'public.notes',
  });
});

test('a clone verified by counts has its rows compared with the snapshot’s, whatever the source holds by now', async () => {
  const { validation } = await clone({
    verify: 'counts',
    meanwhile: `insert into notes values (0, 'late', 'late@mail.dz')`,
  });
  expect(validation).toMatchObject({ isValid: true, verification: { proof: 'counts', rows: 200, columns: 0 } });
});

test('a proof that was asked for and never made is an error', async () => {
  const { validation } = await clone({ verify: 'checksums', skips: true });
  expect(validation.errors.map(({ message }) => message)).toEqual([
    'the copy was not compared with its snapshot, although the clone was asked to',
  ]);
});

interface CloneInput {
  verify: CopyProof;
  /** SQL in the target, between the copy and its proof. */
  damage?: string;
  /** SQL in the source, while the snapshot is held. */
  meanwhile?: string;
  skips?: boolean;
}

/** The clone's activities in their order, up to the validation. */
async function clone({ verify, damage, meanwhile, skips = false }: CloneInput) {
  const open = createServicesOpener({ directory: world.directory, logger: pino({ level: 'silent' }) });
  const activities = createActivities(open, async (input, scope) => copyUnit(await open(), input, scope));
  const operation = `clone-test-${crypto.randomUUID()}`;
  const input = { source: 'production', target: 'test', confirm: 'test', options: { verify } };
  const grant = await runActivity(() => activities.admitClone({ operation, input }));
  const { plan, units } = await runActivity(() => activities.planClone(grant));
  const stage = { grant, plan };
  await runActivity(() => activities.rebuildSchema(stage));
  const { value: held, release } = await holdActivity<HeldSnapshot>(() =>
    activities.holdSnapshot({ ...stage, epoch: `${operation}/1` }),
  );
  for (const unit of units.keys()) await runActivity(() => activities.copyUnit({ ...stage, unit, held }));
  if (damage) await world.target.run(damage);
  if (meanwhile) await onSource(meanwhile);
  if (!skips) await runActivity(() => activities.verifyChecksums({ ...stage, held }));
  await release();
  if (meanwhile) await onSource('delete from notes where id = 0');
  for (const unit of units.keys()) await runActivity(() => activities.buildKeys({ ...stage, unit }));
  await runActivity(() => activities.addForeignKeys(stage));
  await runActivity(() => activities.finishSchema(stage));
  await runActivity(() => activities.validateClone({ ...stage, onInvalid: 'keep' }));
  const { artifacts, monitor } = await open();
  return {
    validation: await artifacts.readJson<ValidationResult>(operationArtifact(operation, 'validation')),
    report: renderReport(await monitor.generateReport(operation)),
  };
}

async function onSource(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: world.source.url });
  await client.connect();
  await client.query(sql);
  await client.end();
}
