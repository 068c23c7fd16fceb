import { onDatabase, readSql, runFile, siblingUrl } from './statements.js';

export interface CreateOlderLoftInput {
  /** The URL of a role that may create databases, or to which the database belongs when it is there already. */
  serverUrl: string;
  /** Created when it is missing, otherwise expected to be empty. */
  database: string;
}

/** Creates a target as it may be before a clone: an older version of the sample with some rows. Returns its URL. */
export async function createOlderLoft({ serverUrl, database }: CreateOlderLoftInput): Promise<string> {
  await onDatabase(serverUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (!rowCount) {
      await client.query(`create database ${client.escapeIdentifier(database)} template template0 encoding 'UTF8'`);
    }
  });
  const url = siblingUrl(serverUrl, database);
  await onDatabase(url, (client) => runFile(client, 'older'));
  return url;
}

/** The same as SQL, for an empty database that is there already. */
export function olderLoftSql(): Promise<string> {
  return readSql('older');
}
