import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { openDesk } from '../../worker/desk.js';
import { rowHashes } from '../support/checksum.js';
import { databasesBeside, POSTGRES_MAJORS } from '../support/databases.js';
import { createWorld, type World } from '../support/world.js';

const CLONE = { source: 'production', target: 'test', confirm: 'test' };
const SOURCE = `
  create table public.lofts (id int primary key, name text);
  insert into public.lofts select n, 'loft ' || n from generate_series(1, 500) n;
  create table public.guests (id int primary key, loft_id int references public.lofts, email text);
  insert into public.guests select n, n, 'guest' || n || '@mail.example' from generate_series(1, 500) n;`;
const TARGET = `create table public.mine (id int); insert into public.mine values (1)`;

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i readers see the old data until the swap and the new after it; a rollback and its rollback change names alone',
  async (major) => {
    await using world = await createWorld({ major, source: SOURCE, target: TARGET, restorePoint: 'auto' });
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
