import { pino } from 'pino';
import { expect, test } from 'vitest';
import { readSchema } from '../../activities/read-schema.js';
import { undoUnfinished } from '../../activities/undo-unfinished.js';
import { createRestorePoint, discardRestorePoint } from '../../engine/backup/restore-points.js';
import { prepareLedger } from '../../engine/copy/ledger.js';
import { markUnfinished } from '../../engine/copy/unfinished.js';
import { dropEverything } from '../../engine/schema/drop.js';
import { openDesk } from '../../worker/desk.js';
import { createServicesOpener } from '../../worker/services.js';
import { checksum } from '../support/checksum.js';
import { createWorld } from '../support/world.js';

const TARGET = 'create table mine (id int primary key); insert into mine values (1), (2)';
const GRANT = { target: 'test', confirm: 'test' };

/** A target with a restore point of `clone-1`, which was terminated after it had emptied the target. */
async function createPieces(more = '') {
  const world = await createWorld({
    major: 15,
    source: 'create table t (id int)',
    target: `${TARGET}; ${more}`,
    hasWorker: false,
  });
  const services = await createServicesOpener({ directory: world.directory, logger: pino({ level: 'silent' }) })();
  const before = await checksum(world.target.url);
  const operation = 'clone-1';
  const target = await services.guard.admitTarget('test', { ...GRANT, operation });
  const point = { environment: 'test', id: operation };
  const { artifacts } = services;
  await createRestorePoint({ from: target, schema: await readSchema(target), point, operation, artifacts });
  await dropEverything(target);
  return { world, services, before, target, point, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

const scope = (onProgress = () => {}, signal = new AbortController().signal) => ({
  signal,
  progress: onProgress,
  requireEnded: async () => {},
});

test('an undo that was interrupted is done again by the next operation', async () => {
  await using pieces = await createPieces();
  const { services, world, target, before } = pieces;
  await prepareLedger(target, { operation: 'clone-1', epoch: 'clone-1/1', tables: [] });
  const interruption = new AbortController();

  await expect(
    undoUnfinished(
      services,
      { ...GRANT, operation: 'clone-2' },
      scope(() => interruption.abort(), interruption.signal),
    ),
  ).rejects.toThrow();
  expect(await checksum(world.target.url)).not.toEqual(before);
  await undoUnfinished(services, { ...GRANT, operation: 'clone-3' }, scope());

  expect(await checksum(world.target.url)).toEqual(before);
});

test('pieces whose restore point is gone are not taken for the target: doctor and the next operation say what to do', async () => {
  await using pieces = await createPieces();
  const { services, target, point, world } = pieces;
  await markUnfinished(target, { operation: 'clone-1', restorePoint: 'clone-1' });
  await discardRestorePoint(services.artifacts, point);
  const undo = () => undoUnfinished(services, { ...GRANT, operation: 'clone-2' }, scope());

  await expect(undo()).rejects.toMatchObject({
    code: 'RESTORE_POINT_MISSING',
    message: expect.stringContaining('clone-1 left test in pieces'),
    next: expect.stringContaining('drop schema envclone cascade'),
  });
  const checks = await (await openDesk(world.directory)).doctor();
  expect(checks.find(({ name }) => name === 'target test')).toMatchObject({
    message: expect.stringContaining('clone-1'),
    next: expect.stringContaining('its restore point is gone'),
  });
  await world.target.run('drop schema envclone cascade');
  await undo();
});

test('what a clone without a restore point left is in nobody’s way, and in no restore point', async () => {
  await using pieces = await createPieces();
  const { services, target, point } = pieces;
  await discardRestorePoint(services.artifacts, point);
  await markUnfinished(target, { operation: 'clone-1' });

  await undoUnfinished(services, { ...GRANT, operation: 'clone-2' }, scope());

  const schema = await readSchema(target);
  expect(JSON.stringify(schema)).not.toContain('envclone');
});

test('an event trigger of the target that refuses drops is back after an undo, and was not in its way', async () => {
  await using pieces = await createPieces(`
    create function refuse() returns event_trigger language plpgsql as $$begin raise 'nothing is dropped here'; end$$;
    create event trigger keep on sql_drop execute function refuse()`);
  const { services, target, world, before } = pieces;
  await markUnfinished(target, { operation: 'clone-1', restorePoint: 'clone-1' });
  await undoUnfinished(services, { ...GRANT, operation: 'clone-2' }, scope());
  expect(await checksum(world.target.url)).toEqual(before);
});
