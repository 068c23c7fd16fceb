import type { ExtensionDefinition } from '../../contracts/schema.js';
import type { Session } from '../postgres/session.js';

export function readExtensions(session: Session): Promise<ExtensionDefinition[]> {
  return session.query<ExtensionDefinition>(`
    select e.extname::text as name, e.extversion as version, n.nspname::text as schema
      from pg_extension e
      join pg_namespace n on n.oid = e.extnamespace
     order by e.extname`);
}
