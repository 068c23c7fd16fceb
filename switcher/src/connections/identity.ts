import type { ClientBase } from 'pg';
import { IdentityMismatchError } from '../errors.js';

export interface ExpectedIdentity {
  environment: string;
  isProduction: boolean;
  /** What the database may say it is: the environment's name and aliases, or what its configuration says. */
  names: readonly string[];
}

/**
 * Makes sure that a new connection leads where it is thought to. A clone made by envclone says which environment it is; any other database can with
 * `ALTER DATABASE … SET envclone.environment = 'dev'`. Production needs no such word, but may not say that it is something else.
 * @throws IdentityMismatchError
 */
export async function proveIdentity(client: ClientBase, expected: ExpectedIdentity): Promise<void> {
  const { rows } = await client.query<{ database: string; said: string | null }>(READ_IDENTITY);
  const [{ database, said } = { database: '', said: null }] = rows;
  const known = expected.names.map((name) => name.toLowerCase());
  if (said === null ? expected.isProduction : known.includes(said.trim().toLowerCase())) return;
  throw new IdentityMismatchError(expected.environment, database, said);
}

/** What the database itself holds; `current_setting` is not asked, for roles and clients can set it. */
const READ_IDENTITY = `
  select d.datname::text as database,
         coalesce(
           (select substr(config, strpos(config, '=') + 1)
              from pg_catalog.pg_db_role_setting s, unnest(s.setconfig) config
             where s.setdatabase = d.oid and s.setrole = 0 and config like 'envclone.environment=%'),
           substring(pg_catalog.shobj_description(d.oid, 'pg_database') from '(?n)^envclone\\.environment=(.*)$')
         ) as said
    from pg_catalog.pg_database d
   where d.datname = pg_catalog.current_database()`;
