import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { EXIT, exitCodeOf } from '../../client/cli/exit-codes.js';
import { proveTarget } from '../../engine/safety/proofs.js';
import { createBuildingDatabase } from '../../engine/swap/create-building.js';
import { swapTarget } from '../../engine/swap/swap-target.js';
import { openDesk } from '../../worker/desk.js';
import { createRole, type TestRole } from '../safety/world.js';
import { rowHashes } from '../support/checksum.js';
import { databasesBeside, databaseUrl, onServer, type PostgresMajor } from '../support/databases.js';
import { MASK_KEY } from '../support/mask-key.js';
import { targetOf } from '../support/proofs.js';
import { createWorld, type World } from '../support/world.js';
import { buildingOf } from '../swap/world.js';

const BEFORE = `create table public.mine (id int); insert into public.mine values (1)`;
const CLONE = { source: 'production', target: 'test', confirm: 'test' };
const SOURCE = `
  create table public.lofts (id int primary key, name text);
  insert into public.lofts select n, 'loft ' || n from generate_series(1, 500) n;
  create table public.guests (id int primary key, loft_id int references public.lofts, email text);
  insert into public.guests select n, n, 'guest' || n || '@mail.example' from generate_series(1, 500) n;`;

test.each<PostgresMajor>([13, 18])(
  'on PostgreSQL %i readers see the old data until the swap and the new after it; a rollback and its rollback change names alone',
  async (major) => {
    await using world = await createWorld({ major, source: SOURCE, target: BEFORE, restorePoint: 'auto' });
    const { name } = world.target;
    await world.target.run(`
      alter database ${name} set work_mem = '5MB';
      alter database ${name} set search_path = "$user", public, audit;
      comment on database ${name} is 'for the test team';
      revoke connect on database ${name} from public;
      alter database ${name} connection limit 40`);
    const before = { oid: await oidOf(world), rows: await rowHashes(world.target.url) };
    await using reader = await openReader(world);
    await using idle = await idleInTransaction(world);

    const result = await world.cloner.cloneEnvironment(CLONE);

    expect(result).toMatchObject({ status: 'completed', restorePoint: { environment: 'test' } });
    const clone = { oid: await oidOf(world), rows: await rowHashes(world.target.url) };
    expect(Object.keys(clone.rows)).toEqual(['guests', 'lofts']);
    expect(await reader.seen()).toEqual(['mine', 'guests,lofts']);
    expect(await idle.ended).toBe(true);
    expect(await describeDatabase(world)).toEqual([
      ['for the test team', 40, ['work_mem=5MB', 'search_path="$user", public, audit', 'envclone.environment=test']],
      false,
    ]);
    expect(await listed(world)).toEqual([{ kind: 'database', id: result.operationId, tables: 1 }]);

    const rolledBack = await world.cloner.rollbackClone({ environment: 'test', confirm: 'test' });
    expect({ oid: await oidOf(world), rows: await rowHashes(world.target.url) }).toEqual(before);
    expect(await listed(world)).toEqual([{ kind: 'database', id: rolledBack.operationId, tables: 2 }]);

    await world.cloner.rollbackClone({ environment: 'test', confirm: 'test' });
    expect({ oid: await oidOf(world), rows: await rowHashes(world.target.url) }).toEqual(clone);
    expect(await databasesBeside(world.target.url, name)).toHaveLength(1);
  },
  180_000,
);

test('rows that break a constraint once masked end the clone with the target untouched and nothing beside it', async () => {
  await using world = await createWorld({ source: SOURCE, target: BEFORE, restorePoint: 'swap' });
  const before = { oid: await oidOf(world), rows: await rowHashes(world.target.url) };
  await onServer(
    world.source.url,
    `alter table public.guests add constraint real_mail check (email !~ '@test[.]local$')`,
  );
  const failure = await world.cloner.cloneEnvironment(CLONE).catch((error: unknown) => error);

  expect(failure).toMatchObject({ code: 'CONSTRAINT_VIOLATED', target: 'untouched' });
  expect({ oid: await oidOf(world), rows: await rowHashes(world.target.url) }).toEqual(before);
  expect(await databasesBeside(world.target.url, world.target.name)).toEqual([]);
}, 180_000);

test('a clone that is cancelled while it copies leaves the target untouched and nothing beside it', async () => {
  await using world = await createWorld({ source: SOURCE, target: BEFORE, restorePoint: 'swap' });
  const before = { oid: await oidOf(world), rows: await rowHashes(world.target.url) };
  const clone = await world.cloner.startClone(CLONE);
  while ((await databasesBeside(world.target.url, world.target.name)).length === 0) await sleep(20);
  await clone.cancel();

  expect(await clone.result().catch((error: unknown) => error)).toMatchObject({
    code: 'CANCELLED',
    target: 'untouched',
  });
  expect({ oid: await oidOf(world), rows: await rowHashes(world.target.url) }).toEqual(before);
  expect(await databasesBeside(world.target.url, world.target.name)).toEqual([]);
}, 180_000);

test('kept databases are listed while there is no target, and what cannot be asked for them is told', async () => {
  await using world = await createWorld({ source: SOURCE, target: BEFORE, hasWorker: false });
  const operation = 'clone-1';
  const target = proveTarget({ ...targetOf(world.target), environment: 'test' });
  await createBuildingDatabase(proveTarget({ ...buildingOf(world.target, operation), environment: 'test' }));
  await swapTarget(target, { operation });
  await onServer(databaseUrl(world.target.url, 'postgres'), `drop database ${world.target.name} with (force)`);
  const { restorePoints } = await openDesk(world.directory);

  expect(await restorePoints.list('test')).toMatchObject([{ kind: 'database', id: operation }]);
  for (const id of [{}, { id: operation }])
    await expect(restorePoints.verify({ environment: 'test', ...id })).rejects.toMatchObject({
      message: expect.stringContaining(`${operation} is no archive but a database`),
    });

  await world.environment('test', { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x', ENVCLONE_MASK_KEY: MASK_KEY });
  const warnings: string[] = [];
  const later = await openDesk(world.directory);
  expect(await later.restorePoints.list('test', { onWarning: (message) => warnings.push(message) })).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining('only archives are listed')]);
}, 60_000);

test('a role that may not create databases: auto archives and says why, a swap is refused before anything is touched', async () => {
  await using role = await createRole({ major: 17 });
  await using world = await createWorld({ source: SOURCE, restorePoint: 'auto' });
  await asOwner(world, role);
  const plan = { ...CLONE, options: {} };
  const desk = await openDesk(world.directory);
  const archived = await desk.plan(plan);
  expect(archived).toMatchObject({
    restorePoint: 'archive',
    restorePointReason: `no swap: role ${role.name} may not create databases (CREATEDB)`,
  });
  expect(desk.describePlan(archived)).toContain(`(archive: no swap: role ${role.name} may not create databases`);
  await expect(desk.plan({ ...plan, options: { restorePoint: 'swap' } })).rejects.toMatchObject({
    code: 'SWAP_NOT_POSSIBLE',
  });

  const refused = await world.cloner
    .cloneEnvironment({ ...CLONE, options: { restorePoint: 'swap' } })
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'SWAP_NOT_POSSIBLE', target: 'untouched' });
  expect(exitCodeOf(refused)).toBe(EXIT.refused);
  expect(Object.keys(await rowHashes(world.target.url))).toEqual(['mine']);

  await world.cloner.cloneEnvironment(CLONE);
  expect(await listed(world)).toMatchObject([{ kind: 'archive' }]);
}, 180_000);

test('an owner who is no superuser swaps as well, with the stamp in the comment', async () => {
  await using role = await createRole({ major: 17, attributes: 'createdb' });
  await using world = await createWorld({ source: SOURCE, restorePoint: 'auto' });
  await asOwner(world, role);
  const { operationId } = await world.cloner.cloneEnvironment(CLONE);

  expect(await listed(world)).toMatchObject([{ kind: 'database', id: operationId }]);
  expect(
    await world.target.column(
      `select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()`,
    ),
  ).toEqual(['envclone.environment=test']);
}, 180_000);

test('a session that may not be ended stops the clone at the end; the target stays, and what was built goes', async () => {
  await using role = await createRole({ major: 17, attributes: 'createdb' });
  await using world = await createWorld({ source: SOURCE, restorePoint: 'swap' });
  await asOwner(world, role);
  await using _superuser = await idleInTransaction(world);
  const failure = await world.cloner
    .cloneEnvironment({ ...CLONE, onTrouble: 'rollback' })
    .catch((error: unknown) => error);

  expect(failure).toMatchObject({ code: 'TARGET_IN_USE', target: 'restored' });
  expect(Object.keys(await rowHashes(world.target.url))).toEqual(['mine']);
  expect(await databasesBeside(world.target.url, world.target.name)).toEqual([]);
}, 180_000);

test('without a restore point only where the configuration says so', async () => {
  await using world = await createWorld({ source: SOURCE, target: BEFORE, restorePoint: 'auto' });
  const none = { ...CLONE, options: { restorePoint: 'none' as const } };
  const refused = await world.cloner.cloneEnvironment(none).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'RESTORE_POINT_REQUIRED', target: 'untouched' });

  await world.configure(({ environments }) => {
    environments.test = { type: 'test', restorePoint: 'none' };
  });
  await sleep(2_100); // until the worker reads it again
  expect(await world.cloner.cloneEnvironment(CLONE)).toMatchObject({ status: 'completed', restorePoint: null });
  expect(await listed(world)).toEqual([]);
}, 180_000);

/** Makes the role the owner of target and content, and the one that the target is reached as; nobody else is connected then. */
async function asOwner(world: World, role: TestRole): Promise<void> {
  const { name, url } = world.target;
  await onServer(databaseUrl(url, 'postgres'), `alter database ${name} owner to ${role.name}`);
  await onServer(url, `alter schema public owner to ${role.name}`);
  await onServer(role.on(world.target), BEFORE);
  await world.environment('test', { DATABASE_URL: role.on(world.target), ENVCLONE_MASK_KEY: MASK_KEY });
  await sleep(2_100); // until the worker reads it again
}

async function oidOf({ target }: World): Promise<unknown> {
  const [oid] = await target.column('select oid::int from pg_database where datname = current_database()');
  return oid;
}

/** Comment, connection limit and settings; whether everybody may connect. */
async function describeDatabase({ target }: World): Promise<unknown[]> {
  return target.column<unknown>(`
    select json_build_array(shobj_description(d.oid, 'pg_database'), d.datconnlimit,
             (select setconfig from pg_db_role_setting where setdatabase = d.oid and setrole = 0))
      from pg_database d where datname = current_database()
    union all
    select to_json(exists (select from aclexplode(d.datacl) where grantee = 0 and privilege_type = 'CONNECT'))
      from pg_database d where datname = current_database()`);
}

async function listed({ directory }: World) {
  const points = await (await openDesk(directory)).restorePoints.list('test');
  return points.map(({ kind, id, tables }) => ({ kind, id, tables }));
}

interface Reader extends AsyncDisposable {
  /** What it saw in `public`, one after the other. */
  seen(): Promise<string[]>;
}

/** An application that reads again and again, and connects again when it has to. */
async function openReader({ target }: World): Promise<Reader> {
  const seen: string[] = [];
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      const client = new pg.Client({ connectionString: target.url });
      client.on('error', () => {});
      try {
        await client.connect();
        while (!isOver) {
          const { rows } = await client.query<{ tables: string }>(
            `select string_agg(relname, ',' order by relname) as tables from pg_class
              where relnamespace = 'public'::regnamespace and relkind = 'r'`,
          );
          const tables = rows[0]?.tables ?? '';
          if (seen.at(-1) !== tables) seen.push(tables);
          await sleep(20);
        }
      } catch {
        await sleep(50);
      } finally {
        await client.end().catch(() => {});
      }
    }
  })();
  return {
    async seen() {
      await sleep(300);
      return [...seen];
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      await reading;
    },
  };
}

async function idleInTransaction({ target }: World): Promise<AsyncDisposable & { ended: Promise<boolean> }> {
  const client = new pg.Client({ connectionString: target.url });
  client.on('error', () => {});
  await client.connect();
  const ended = new Promise<boolean>((resolve) => client.once('end', () => resolve(true)));
  await client.query('begin; select count(*) from public.mine');
  return { ended, [Symbol.asyncDispose]: () => client.end().catch(() => {}) };
}
