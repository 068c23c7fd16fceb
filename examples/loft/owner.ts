import { alone, createLogin } from './roles.js';
import { onDatabase, siblingUrl } from './statements.js';

export interface CreateOwnerInput {
  /** A superuser's URL of the `postgres` database. */
  serverUrl: string;
  user: string;
  password: string;
  /** Created where they are missing; all belong to the role afterwards. */
  databases: string[];
}

/**
 * Creates a role as hosted platforms give to their customers: no superuser, but it creates roles and databases, passes row security, owns its
 * databases, and can become the platform's roles where the server has them. Returns its URLs of the databases.
 */
export async function createOwner(input: CreateOwnerInput): Promise<string[]> {
  const { serverUrl, user, password, databases } = input;
  await alone(serverUrl, async (client) => {
    await createLogin(client, { user, password, attributes: 'nosuperuser createdb createrole bypassrls' });
    const owner = client.escapeIdentifier(user);
    const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles where rolname = any($1)', [
      PLATFORM,
    ]);
    for (const { rolname } of rows)
      await client.query(`grant ${client.escapeIdentifier(rolname)} to ${owner} with admin option`);
    for (const database of databases) {
      const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
      const name = client.escapeIdentifier(database);
      if (rowCount) await client.query(`alter database ${name} owner to ${owner}`);
      else await client.query(`create database ${name} owner ${owner} template template0 encoding 'UTF8'`);
    }
  });
  for (const database of databases) await giveSchemaPublic(siblingUrl(serverUrl, database), user);
  return databases.map((database) => siblingUrl(serverUrl, database, { user, password }));
}

const PLATFORM = ['anon', 'authenticated', 'service_role', 'authenticator'];

/** Before 15 it belongs to whoever set up the server; since then to the database's owner. */
async function giveSchemaPublic(url: string, user: string): Promise<void> {
  await onDatabase(url, async (client) => {
    const { rowCount } = await client.query(
      `select from pg_namespace where nspname = 'public' and current_setting('server_version_num')::int < 150000`,
    );
    if (rowCount) await client.query(`alter schema public owner to ${client.escapeIdentifier(user)}`);
  });
}
