const TYPES = [
  'text',
  'varchar',
  'bpchar',
  'name',
  'citext',
  'json',
  'jsonb',
  'bytea',
  'uuid',
  'int2',
  'int4',
  'int8',
  'numeric',
  'date',
  'timestamp',
  'timestamptz',
  'inet',
  'cidr',
] as const;

/** A scalar type whose values can be masked in PostgreSQL's binary form; columns of the others make their table travel as text. */
export type BinaryMaskable = (typeof TYPES)[number];

export function isBinaryMaskable(type: string): type is BinaryMaskable {
  return TYPES.some((known) => known === type);
}
