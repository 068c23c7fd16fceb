import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { findTemporalProgram } from '../../client/temporal-program.js';
import { envclone } from '../support/envclone.js';
import { createWorld } from '../support/world.js';

const TARGET = `
  create table lofts (id int primary key, "a, b" text); insert into lofts values (1, 'x'), (2, 'y');
  create schema "s,t"; create table "s,t".t (id int); insert into "s,t".t values (1);`;

test('tables and components are rolled back from the command line and the temporal CLI; a dry run says what would change', async () => {
  await using world = await createWorld({ source: TARGET, target: TARGET });
  const { restorePoint } = await world.cloner.cloneEnvironment({
    source: 'production',
    target: 'test',
    confirm: 'test',
  });
  const point = restorePoint?.id ?? '';
  await world.cloner.rollbackClone({ environment: 'test', restorePoint: point, confirm: 'test' });
  const spoil = 'delete from lofts where id = 2; alter table lofts add column spoilt int';
  await world.target.run(spoil);
  const rollback = (...flags: string[]) => envclone('-C', world.directory, 'rollback', 'test', '--to', point, ...flags);

  const tried = await rollback('--table', 'lofts,"s,t"."t"', '--dry-run');
  expect(tried).toMatchObject({ code: 0, stdout: expect.stringContaining('public.lofts  1 rows → 2 rows') });
  expect(tried.stdout).toContain('s,t.t  1 rows → 1 rows');
  expect(tried.stdout).toContain('  replaced: table public.lofts');
  expect(tried.stdout).toContain('nothing was changed');
  expect(await world.target.column('select spoilt from lofts')).toEqual([null]);

  expect(await rollback('--table', 'lofts')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('TARGET_NOT_CONFIRMED'),
  });
  expect(await rollback('--component', 'rows')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('data, schema'),
  });
  expect(await rollback('--table', 'lost', '--confirm', 'test')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('the restore point has no table lost. It has: public.lofts, s,t.t'),
  });

  const schema = await rollback('--component', 'schema,policies', '--confirm', 'test', '--json');
  expect(JSON.parse(schema.stdout).changes.objects).toEqual([
    { kind: 'table', name: 'public.lofts', change: 'replaced' },
  ]);
  expect(await world.target.column('select id from lofts')).toEqual([1]);
  const data = await rollback('--table', 'lofts', '--component', 'data', '--confirm', 'test');
  expect(data).toMatchObject({ code: 0, stdout: expect.stringContaining('public.lofts  1 rows → 2 rows') });

  await world.target.run(spoil);
  const temporal = [findTemporalProgram(), 'workflow', 'execute', '--address', inject('temporalAddress')];
  const input = JSON.stringify({ environment: 'test', restorePoint: point, confirm: 'test', tables: ['lofts'] });
  const [program = '', ...args] = [
    ...temporal,
    '--task-queue',
    world.taskQueue,
    '--type',
    'rollbackEnvironment',
    '--input',
    input,
  ];
  const { stdout } = await promisify(execFile)(program, [
    ...args,
    '--workflow-id',
    `parts-${world.taskQueue}`,
    '--output',
    'json',
  ]);
  expect(stdout).toContain('"rowsAfter"');
  expect(await world.target.column('select id from lofts order by id')).toEqual([1, 2]);
}, 300_000);
