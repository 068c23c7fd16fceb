import type { ClientBase, QueryConfig } from 'pg';
import { IdentityMismatchError } from '../errors.js';

export interface ExpectedIdentity {
  environment: string;
  isProduction: boolean;
  /** What the database may say it is: the environment's name and aliases, or what its configuration says. */
  names: readonly string[];
  /** What only production may say. */
  productionNames: readonly string[];
  /** How long the answer may take. */
  timeoutMs: number;
}

/**
 * Makes sure that a new connection leads where it is thought to. A clone made by envclone says which environment it is; any other database can with
 * `ALTER DATABASE … SET envclone.environment = 'dev'`. Production needs no such word, but may not say that it is something else.
 * @throws IdentityMismatchError
 */
export async function proveIdentity(client: ClientBase, expected: ExpectedIdentity): Promise<void> {
  const { environment, isProduction, timeoutMs } = expected;
  const { rows } = await client.query<Said>({ text: READ_IDENTITY, query_timeout: timeoutMs } as QueryConfig);
  const [{ database, setting, comment } = { database: '', setting: null, comment: null }] = rows;
  const said = [setting, comment].filter((word) => word !== null).map((word) => word.trim());
  const known = lowerCase(expected.names);
  const forbidden = isProduction ? [] : lowerCase(expected.productionNames);
  const stray = said.find((word) => !known.includes(word.toLowerCase()) || forbidden.includes(word.toLowerCase()));
  if (stray !== undefined || (said.length === 0 && !isProduction))
    throw new IdentityMismatchError(environment, database, stray ?? null);
}

interface Said {
  database: string;
  setting: string | null;
  comment: string | null;
}

function lowerCase(words: readonly string[]): string[] {
  return words.map((word) => word.toLowerCase());
}

/** What the database itself holds; `current_setting` is not asked, for roles and clients can set it. */
const READ_IDENTITY = `
  select d.datname::text as database,
         (select substr(config, strpos(config, '=') + 1)
            from pg_catalog.pg_db_role_setting s, unnest(s.setconfig) config
           where s.setdatabase = d.oid and s.setrole = 0 and lower(config) like 'envclone.environment=%') as setting,
         substring(pg_catalog.shobj_description(d.oid, 'pg_database') from '(?n)^envclone\\.environment=(.*)$') as comment
    from pg_catalog.pg_database d
   where d.datname = pg_catalog.current_database()`;
