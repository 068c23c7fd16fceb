import { SchemaError } from '../../contracts/errors.js';
import type { SchemaStatement } from '../../contracts/schema.js';
import { type DumpInput, dumpSchema } from './dump.js';
import { splitDump } from './split.js';

/**
 * The statements of a database's dump. Words like `json` are names of functions on an older server and keywords of the parser: then every name is quoted.
 * @throws SchemaError `SCHEMA_UNREADABLE`, ConnectionError
 */
export async function readStatements(input: DumpInput): Promise<SchemaStatement[]> {
  const dump = await dumpSchema(input);
  return splitDump(dump).catch(async (error: unknown) => {
    if (!(error instanceof SchemaError)) throw error;
    const statements = await splitDump(await dumpSchema({ ...input, quotesAll: true }));
    return statements.filter(({ sql }) => sql !== STANDARD_COMMENT);
  });
}

/** Every database has it; pg_dump leaves it out where it does not quote the schema. */
const STANDARD_COMMENT = `COMMENT ON SCHEMA "public" IS 'standard public schema'`;
