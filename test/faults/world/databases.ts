import pg from 'pg';
import { type LocalPostgres, startLocalPostgres } from '../../../examples/local-postgres.js';
import { createLoft, createOlderLoft, createOwner, createReader } from '../../../examples/loft/create.js';
import { type Network, startNetwork } from '../../support/network.js';
import { plantInSource, plantInTarget } from './canaries.js';
import type { Disk } from './disk.js';

/** A server of its own, the way to it, and the database on it. */
export interface Side {
  server: LocalPostgres;
  network: Network;
  /** The superuser's, past the network. */
  url: string;
  /** As the configuration has it: through the network. */
  login: { url: string; user: string; password: string };
  /** As the superuser, in the server's `postgres` database. */
  onServer(sql: string): Promise<pg.QueryResult>;
  /** As the superuser, in the database. */
  onDatabase(sql: string): Promise<void>;
  /** As the role of the configuration, past the network, in the database. */
  open(): Promise<pg.Client>;
  /** The database is again what it was. */
  reset(): Promise<void>;
}

const MAJOR = 15;
const PASSWORD = 'a password of the tests';

/** The sample, with planted people; the role reads only. */
export async function startSource({ scale }: { scale: number }): Promise<Side> {
  const server = await startLocalPostgres({ major: MAJOR });
  const login = { user: 'reader', password: PASSWORD };
  const template = await createLoft({ serverUrl: server.url(), database: 'template_source', scale });
  await onUrl(template, plantInSource());
  const side = await sideOf({ server, login, database: 'production', template: 'template_source' });
  await side.reset();
  await createReader({ serverUrl: server.url(), database: 'production', ...login });
  return side;
}

/** An older version of the sample, in a file system of its own; the role is the owner and no superuser. */
export async function startTarget({ disk }: { disk: Disk | undefined }): Promise<Side> {
  const server = await startLocalPostgres({ major: MAJOR });
  const login = { user: 'owner', password: PASSWORD };
  await createOwner({ serverUrl: server.url(), ...login, databases: ['template_target'] });
  const template = new URL(server.url('template_target'));
  Object.assign(template, { username: login.user, password: login.password });
  await createOlderLoft({ serverUrl: template.toString(), database: 'template_target' });
  await onUrl(template.toString(), plantInTarget());
  if (disk) {
    await onUrl(server.url(), `create tablespace small location '${disk.path}'`);
    await onUrl(server.url(), 'grant create on tablespace small to owner');
  }
  const side = await sideOf({
    server,
    login,
    database: 'clone',
    template: 'template_target',
    options: `owner owner ${disk ? 'tablespace small' : ''}`,
  });
  await side.reset();
  return side;
}

interface SideInput {
  server: LocalPostgres;
  login: { user: string; password: string };
  database: string;
  template: string;
  options?: string;
}

async function sideOf({ server, login, database, template, options = '' }: SideInput): Promise<Side> {
  const network = await startNetwork(server.port);
  const direct = new URL(server.url(database));
  Object.assign(direct, { username: login.user, password: encodeURIComponent(login.password) });
  const through = new URL(direct);
  through.port = String(network.port);
  const onServer = (sql: string) => onUrl(server.url(), sql);
  return {
    server,
    network,
    url: server.url(database),
    login: { ...login, url: through.toString() },
    onServer,
    async onDatabase(sql) {
      await onUrl(server.url(database), sql);
    },
    async open() {
      const client = new pg.Client({ connectionString: direct.toString() });
      client.on('error', () => {}); // a fault may end it
      await client.connect();
      return client;
    },
    async reset() {
      const { rows } = await onServer(`
        select format('drop database %I with (force)', datname) as drop from pg_database
         where datname = '${database}' or datname like 'envclone-%'`);
      for (const { drop } of rows) await onServer(drop);
      await onServer(`create database ${database} template ${template} ${options}`);
    },
  };
}

async function onUrl(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}
