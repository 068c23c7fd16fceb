import type { ExtensionDefinition, SchemaStatement } from '../../contracts/schema.js';
import type { Session } from '../postgres/session.js';
import { withoutObjects } from './apply.js';
import { KEPT_EXTENSION } from './droppable.js';

/** Extensions of the session's database that its role can neither drop nor make again: they stay, and so do the privileges on what is theirs. */
export async function readKeptExtensions(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `select e.extname::text as name from pg_extension e where e.extname <> 'plpgsql' and ${KEPT_EXTENSION} order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** The statements without privileges on what belongs to these extensions: they are their owner's to give. */
export function withoutPrivilegesOn(
  statements: readonly SchemaStatement[],
  extensions: readonly ExtensionDefinition[],
  names: readonly string[],
): SchemaStatement[] {
  const granted = extensions.flatMap(({ name, granted = [] }) => (names.includes(name) ? granted : []));
  return granted.length === 0 ? [...statements] : withoutObjects(statements, granted);
}
