import { randomBytes } from 'node:crypto';
import type { SchemaDefinition, TableDefinition } from '../../contracts/schema.js';
import { analyzeSchema } from '../../engine/catalog/analyze-schema.js';
import type { CatalogSource } from '../../engine/catalog/catalog-source.js';
import { quoteIdentifier } from '../../engine/postgres/quote.js';
import { databaseUrl, type TestDatabase } from '../support/databases.js';
import { sourceOf } from '../support/proofs.js';

export const MAJORS = [13, 18] as const;

export interface Login extends AsyncDisposable {
  name: string;
  source: CatalogSource;
}

/** A role that can log in and has been granted nothing; gone, with its privileges, when disposed. */
export async function createLogin(database: TestDatabase, attributes = ''): Promise<Login> {
  const name = `login_${randomBytes(6).toString('hex')}`;
  await database.run(`create role ${name} login password 'p' ${attributes}`);
  const url = databaseUrl(database.url, database.name, { user: name, password: 'p' });
  return {
    name,
    source: sourceOf({ name: database.name, url }),
    async [Symbol.asyncDispose]() {
      await database.run(`drop owned by ${quoteIdentifier(name)}; drop role ${quoteIdentifier(name)}`);
    },
  };
}

export function analyze(database: TestDatabase): Promise<SchemaDefinition> {
  return analyzeSchema(sourceOf(database));
}

export function tableNamed({ tables }: SchemaDefinition, name: string): TableDefinition {
  const table = tables.find((candidate) => candidate.name === name);
  if (!table) throw new Error(`there is no table ${name}`);
  return table;
}
