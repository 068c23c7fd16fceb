import type pg from 'pg';
import { onDatabase, runFile } from './statements.js';

/** Creates the platform's roles where they are missing. */
export async function createRoles(serverUrl: string): Promise<void> {
  await alone(serverUrl, (client) => runFile(client, 'roles'));
}

/** Creates a role that can log in, or gives the one that is there these attributes and this password. */
export async function createLogin(
  client: pg.Client,
  { user, password, attributes }: { user: string; password: string; attributes: string },
): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [user]);
  const verb = rowCount ? 'alter' : 'create';
  await client.query(
    `${verb} role ${client.escapeIdentifier(user)} with login ${attributes} password ${client.escapeLiteral(password)}`,
  );
}

/** One at a time on a server: roles are shared by its databases, and two sessions that change one collide. */
export async function alone<Result>(serverUrl: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  return onDatabase(serverUrl, async (client) => {
    await client.query(`select pg_advisory_lock(hashtext('loft: roles'))`);
    return work(client);
  });
}
