import type { RelationName } from '../../contracts/relations.js';

/** An identifier, always quoted: the one form that no keyword list, version or letter case changes. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."relation"` */
export function quoteRelation({ schema, name }: RelationName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** A string constant for statements that take no parameters (DDL, COPY, SET). */
export function quoteLiteral(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return value.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/** An identifier as people write it: quoted only when it must be. For names that are shown and compared, not for SQL. */
export function showIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** `public.lofts`, `public."Réservations"` */
export function showRelation({ schema, name }: RelationName): string {
  return `${showIdentifier(schema)}.${showIdentifier(name)}`;
}
