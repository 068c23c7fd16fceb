import { generateLoft } from './generate.js';
import { createRoles } from './roles.js';
import { onDatabase, runFile, siblingUrl } from './statements.js';

export { createOlderLoft, olderLoftSql } from './older-loft.js';
export { createOwner } from './owner.js';
export { createReader } from './reader.js';

export interface CreateLoftInput {
  /** A superuser's URL of the `postgres` database. */
  serverUrl: string;
  /** Must not be there yet. */
  database: string;
  /** 1 makes about 10,000 rows, 100 about a million. Default 1. */
  scale?: number;
  /** The same seed makes the same rows. Default 1. */
  seed?: number;
  /** Also a foreign server with a user mapping, which needs postgres_fdw. Default `false`. */
  hasForeignServer?: boolean;
}

/** Creates the sample's roles, its database, schema and rows. Returns the superuser's URL of the database. */
export async function createLoft(input: CreateLoftInput): Promise<string> {
  const { serverUrl, database, scale, seed } = input;
  await createRoles(serverUrl);
  await onDatabase(serverUrl, async (client) => {
    await client.query(`create database ${client.escapeIdentifier(database)} template template0 encoding 'UTF8'`);
  });
  const url = siblingUrl(serverUrl, database);
  await createSchema(url);
  await generateLoft({ url, ...(scale !== undefined && { scale }), ...(seed !== undefined && { seed }) });
  await onDatabase(url, async (client) => {
    await runFile(client, 'after-rows');
    if (input.hasForeignServer) await runFile(client, 'outbound');
  });
  return url;
}

/** Everything but rows, in an empty database that the URL's role owns. What only superusers may create is left out for others. */
export async function createSchema(url: string): Promise<void> {
  await onDatabase(url, async (client) => {
    for (const file of FILES) await runFile(client, file);
  });
}

/** In this order. */
const FILES = [
  'platform',
  'types',
  'public',
  'conversations',
  'oddities',
  'audit',
  'functions',
  'triggers',
  'views',
  'policies',
  'privileges',
  'versions',
];
