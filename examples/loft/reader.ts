import { alone, createLogin } from './roles.js';
import { onDatabase, siblingUrl } from './statements.js';

export interface CreateReaderInput {
  /** A superuser's URL of the `postgres` database. */
  serverUrl: string;
  /** The database to read. */
  database: string;
  user: string;
  password: string;
}

/** Creates a role that reads every row of a database and can write nothing. Returns its URL of the database. */
export async function createReader(input: CreateReaderInput): Promise<string> {
  const { serverUrl, database, user, password } = input;
  const hasReadAllData = await alone(serverUrl, async (client) => {
    await createLogin(client, {
      user,
      password,
      attributes: 'nosuperuser nocreatedb nocreaterole noreplication bypassrls',
    });
    const role = client.escapeIdentifier(user);
    await client.query(`grant connect on database ${client.escapeIdentifier(database)} to ${role}`);
    const { rowCount } = await client.query(`select from pg_roles where rolname = 'pg_read_all_data'`);
    if (rowCount) await client.query(`grant pg_read_all_data to ${role}`);
    return Boolean(rowCount);
  });
  if (!hasReadAllData) await grantEverything(siblingUrl(serverUrl, database), user);
  return siblingUrl(serverUrl, database, { user, password });
}

/** What pg_read_all_data means, for PostgreSQL 13; relations that come later are not included. */
async function grantEverything(url: string, user: string): Promise<void> {
  await onDatabase(url, async (client) => {
    const { rows } = await client.query<{ nspname: string }>(
      `select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`,
    );
    const role = client.escapeIdentifier(user);
    for (const schema of rows.map(({ nspname }) => client.escapeIdentifier(nspname))) {
      await client.query(`grant usage on schema ${schema} to ${role}`);
      await client.query(`grant select on all tables in schema ${schema} to ${role}`);
      await client.query(`grant select on all sequences in schema ${schema} to ${role}`);
    }
  });
}
