/** A relation's two names, unquoted, as the catalog spells them. */
export interface RelationName {
  schema: string;
  name: string;
}

/** `schema.table` as reports, rules and the command line write it (unquoted; a name with a dot stays as it is). */
export function relationLabel({ schema, name }: RelationName): string {
  return `${schema}.${name}`;
}

/** The same of what a person wrote: without a schema, `public` is meant. */
export function qualified(written: string): string {
  return written.includes('.') ? written : `public.${written}`;
}
