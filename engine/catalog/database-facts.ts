import type { SchemaDefinition } from '../../contracts/schema.js';
import type { Session } from '../postgres/session.js';

type DatabaseFacts = Pick<SchemaDefinition, 'serverVersion' | 'encoding' | 'isStandby' | 'largeObjects'>;

export function readDatabaseFacts(session: Session): Promise<DatabaseFacts> {
  return session.one<DatabaseFacts>(`
    select current_setting('server_version_num')::int as "serverVersion",
           pg_encoding_to_char(d.encoding)::text as encoding,
           pg_is_in_recovery() as "isStandby",
           (select count(*)::int from pg_largeobject_metadata) as "largeObjects"
      from pg_database d
     where d.datname = current_database()`);
}
