import type { LeftOut } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import { type SchemaDefinition, type TableDefinition, unnumbered } from '../../contracts/schema.js';
import { showIdentifier } from '../postgres/quote.js';
import { isWidePublication } from './superuser-statements.js';
import type { TargetCatalog } from './target-catalog.js';

/** Extensions that act on the rows of their tables: what production does would be done again. */
const ACTING_EXTENSIONS: Readonly<Record<string, string>> = {
  pg_cron: 'its jobs would run in the target as well',
};

/** Names of extensions that a clone does without: the target's role may not create them, and nothing depends on them. */
export function leftExtensions({ extensions }: SchemaDefinition, { uncreatable }: TargetCatalog): Set<string> {
  const left = extensions.filter(({ name, isUsed }) => !isUsed && uncreatable.has(name));
  return new Set(left.map(({ name }) => name));
}

/** Rows are copied of the application's tables, and of those that an extension declares to be configuration. */
export function hasCopiedRows(
  { kind, extension, extensionFilter }: TableDefinition,
  left: ReadonlySet<string>,
): boolean {
  if (kind === 'foreign') return false;
  if (extension === undefined) return true;
  return extensionFilter !== undefined && ACTING_EXTENSIONS[extension] === undefined && !left.has(extension);
}

/** What the source has and a clone does not bring. */
export function leftOutOf(source: SchemaDefinition, target: TargetCatalog): LeftOut[] {
  const left = leftExtensions(source, target);
  const extensions = [...left].map((name) => ({
    kind: 'extension',
    name: showIdentifier(name),
    reason: `nothing depends on it, and the target's role may not create it: ${target.uncreatable.get(name)}`,
  }));
  const ofSuperusers = target.isSuperuser ? [] : [...eventTriggersOf(source), ...publicationsOf(source)];
  return [...ofSuperusers, ...extensions, ...rowsLeftOut(source, left)];
}

function eventTriggersOf({ statements }: SchemaDefinition): LeftOut[] {
  return statements
    .filter(({ kind }) => kind === EVENT_TRIGGER)
    .map(({ kind, name }) => ({ kind, name, reason: "only superusers create them, and the target's role is none" }));
}

const EVENT_TRIGGER = 'event trigger';

function publicationsOf({ statements }: SchemaDefinition): LeftOut[] {
  const names = statements.filter(isWidePublication).map(({ name }) => unnumbered(name));
  return [...new Set(names)].map((name) => ({
    kind: 'publication',
    name,
    reason: "only superusers publish all tables, or those of a schema, and the target's role is none",
  }));
}

function rowsLeftOut({ tables, largeObjects }: SchemaDefinition, left: ReadonlySet<string>): LeftOut[] {
  const ofTables = tables
    .filter((table) => !hasCopiedRows(table, left) && !left.has(table.extension ?? ''))
    .map((table) => ({
      kind: table.kind === 'foreign' ? 'rows of foreign table' : 'rows of extension table',
      name: relationLabel(table),
      reason: reasonOf(table),
    }));
  if (largeObjects === 0) return ofTables;
  return [
    ...ofTables,
    { kind: 'large objects', name: String(largeObjects), reason: 'a clone leaves large objects alone' },
  ];
}

function reasonOf({ kind, extension = '' }: TableDefinition): string {
  if (kind === 'foreign') return 'they live on another server';
  return (
    ACTING_EXTENSIONS[extension] ??
    `extension ${extension} does not declare them as configuration, or they cannot be read`
  );
}
