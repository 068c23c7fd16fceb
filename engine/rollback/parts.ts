import type { RollbackComponent, RollbackParts } from '../../contracts/clone.js';
import { ConfigurationError } from '../../contracts/errors.js';
import { relationLabel } from '../../contracts/relations.js';
import type { SchemaDefinition, TableDefinition } from '../../contracts/schema.js';
import { showRelation } from '../postgres/quote.js';

import type { StatementObject } from './statement-object.js';

/** What of an environment is taken back, checked against what there is. */
export interface Parts {
  /** As statements name relations, partitions included; `undefined`: all. */
  tables: ReadonlySet<string> | undefined;
  components: ReadonlySet<RollbackComponent>;
}

export interface Sides {
  /** What the target holds. */
  present: Pick<SchemaDefinition, 'tables'>;
  /** What the restore point holds. */
  wanted: Pick<SchemaDefinition, 'tables'>;
}

/** @throws ConfigurationError `CONFIGURATION_INVALID` naming each table that the restore point does not have, and those it has */
export function resolveParts({ tables, components }: RollbackParts, sides: Sides): Parts {
  const chosen = new Set<RollbackComponent>(components ?? ['schema', 'data']);
  if (!tables) return { tables: undefined, components: chosen };
  if (chosen.has('functions'))
    throw new ConfigurationError(
      'CONFIGURATION_INVALID',
      'functions belong to no table: leave out the tables, or the functions',
    );
  const known = sides.wanted.tables.filter(({ extension }) => extension === undefined);
  const found = tables.map((written) => known.filter((table) => isMeant(table, written)));
  const unknown = tables.filter((_, at) => found[at]?.length === 0);
  if (unknown.length > 0) throw unknownTables(unknown, known);
  return { tables: withPartitions(found.flat(), sides), components: chosen };
}

/** Unquoted or as SQL quotes it; without a schema, `public` is meant. */
function isMeant(table: TableDefinition, written: string): boolean {
  return [relationLabel(table), showRelation(table), quotedRelation(table)].some(
    (name) => name === written || (table.schema === 'public' && name === `public.${written}`),
  );
}

function quotedRelation({ schema, name }: TableDefinition): string {
  return [schema, name].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
}

function unknownTables(unknown: readonly string[], known: readonly TableDefinition[]): ConfigurationError {
  const names = known.map(relationLabel).sort();
  const shown = names.length > SHOWN ? [...names.slice(0, SHOWN), `and ${names.length - SHOWN} more`] : names;
  return new ConfigurationError(
    'CONFIGURATION_INVALID',
    `the restore point has no table ${unknown.join(', ')}. It has: ${shown.join(', ') || 'none'}`,
    {
      next: 'Use names as listed; another restore point may have more: envclone restore-points <environment>',
      details: { unknown },
    },
  );
}

const SHOWN = 100;

/** The tables and their partitions, of both sides. */
export function withPartitions(tables: readonly TableDefinition[], { present, wanted }: Sides): Set<string> {
  const names = new Set(tables.map(showRelation));
  const all = [...present.tables, ...wanted.tables];
  for (let size = -1; size !== names.size; ) {
    size = names.size;
    for (const table of all)
      if (table.partitionOf && names.has(showRelation(table.partitionOf))) names.add(showRelation(table));
  }
  return names;
}

/** Whether what a statement is about becomes what the restore point holds. */
export function isOfParts({ tables, components }: Parts, each: StatementObject): boolean {
  const { object, relation, statement } = each;
  if (tables && !(relation !== undefined && tables.has(relation))) return false;
  if (components.has('schema')) return true;
  if (components.has('policies') && (object.startsWith('policy ') || ROW_SECURITY.has(statement.kind))) return true;
  if (components.has('triggers') && /^(?:event )?trigger /.test(object)) return true;
  return components.has('functions') && object.startsWith('routine ');
}

const ROW_SECURITY = new Set(['row security', 'forced row security']);
