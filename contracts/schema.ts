import type { RelationName } from './relations.js';

/** What the values of a type look like, domains resolved to what they are made of. */
export type TypeShape =
  | { kind: 'scalar' /** `text`, `int4`, `citext`: the type's own name, without its schema. */; name: string }
  | { kind: 'enum'; labels: string[] }
  | { kind: 'array'; element: TypeShape; delimiter: string }
  | { kind: 'composite'; fields: { name: string; type: TypeShape }[] }
  | { kind: 'range'; subtype: TypeShape };

export interface ColumnDefinition {
  name: string;
  /** As `format_type` writes it: `character varying(20)`, `public.email`. */
  type: string;
  shape: TypeShape;
  /** Set when the column's type is a domain: its qualified name. */
  domain?: string;
  isNotNull: boolean;
  /** `stored` and `virtual` values are computed by the target, never copied. */
  generated?: 'stored' | 'virtual';
  isIdentity: boolean;
  /** The default's expression. */
  default?: string;
  /** Of `varchar(n)` and `char(n)`, domains included. */
  maxLength?: number;
  /** Digits of a `numeric(p, s)`, domains included. */
  precision?: number;
  comment?: string;
  /** The type's binary form means the same in another database (no OID of a user-defined type in it, send and receive exist). */
  isBinaryPortable: boolean;
}

export interface UniqueKey {
  name: string;
  /** Plain columns; those of expressions included when `isExpression`. */
  columns: string[];
  isPrimary: boolean;
  isPartial: boolean;
  isExpression: boolean;
  /** SQL of its expressions: `lower(email)`. */
  expressions?: string[];
  /** NULLS NOT DISTINCT: two nulls are a duplicate. */
  areNullsEqual?: boolean;
}

export interface ForeignKey {
  name: string;
  columns: string[];
  references: RelationName;
  referencedColumns: string[];
  isValidated: boolean;
  /** MATCH FULL: its columns are null all together or not at all. */
  isMatchFull?: boolean;
}

export interface TableDefinition extends RelationName {
  /** `partitioned`: holds no rows itself. `foreign`: its rows live elsewhere and are never copied. */
  kind: 'table' | 'partitioned' | 'foreign';
  isUnlogged: boolean;
  /** The partitioned table this one is a partition of. */
  partitionOf?: RelationName;
  /** Columns in this table's own partition key, expressions' columns included. */
  partitionKey?: string[];
  /** How this table's own partitions divide its rows. */
  partitionStrategy?: 'list' | 'range' | 'hash';
  /** Its partition key has an expression. */
  isPartitionedByExpression?: true;
  /** Its extension, when the table belongs to one; `extensionFilter` then says which rows are configuration to copy. */
  extension?: string;
  extensionFilter?: string;
  columns: ColumnDefinition[];
  uniqueKeys: UniqueKey[];
  foreignKeys: ForeignKey[];
  hasRowSecurity: boolean;
  comment?: string;
  /** `pg_class.reltuples`, -1 when never analyzed. */
  estimatedRows: number;
  /** Heap and TOAST. */
  sizeBytes: number;
  /** Pages of the heap, where rows can be read by their place in it: PostgreSQL 14 and later. */
  pages?: number;
}

export interface FunctionDefinition extends RelationName {
  /** `public.touch(integer, text)` */
  identity: string;
  kind: 'function' | 'procedure' | 'aggregate' | 'window';
  language: string;
  body: string;
  isSecurityDefiner: boolean;
}

export interface TriggerDefinition {
  name: string;
  table: RelationName;
  /** The function it executes, `schema.name`. */
  function: string;
  definition: string;
}

export interface IndexDefinition extends RelationName {
  table: RelationName;
  definition: string;
}

export interface PolicyDefinition {
  name: string;
  table: RelationName;
  definition: string;
}

export interface SequenceDefinition extends RelationName {
  lastValue: string;
  isCalled: boolean;
}

export interface ViewDefinition extends RelationName {
  isMaterialized: boolean;
  /** Of a materialized view: whether it holds data. */
  isPopulated: boolean;
}

export interface TypeDefinition extends RelationName {
  kind: 'enum' | 'domain' | 'composite' | 'range' | 'base';
}

export interface ExtensionDefinition {
  name: string;
  version: string;
  schema: string;
  /** Whether an object outside of it depends on one of its own: bodies of functions, which are text to the catalog, aside. */
  isUsed: boolean;
  /** Its own relations and functions whose privileges were changed since it was created, named as in statements about them. */
  granted?: { kind: string; name: string }[];
}

/** When a statement of the dump runs: before the rows, when its table has landed, or after everything. */
export type StatementStage = 'pre-data' | 'keys' | 'finish';

/** One statement of `pg_dump --schema-only`. */
export interface SchemaStatement {
  /** PostgreSQL's word for the object: `table`, `index`, `foreign key`, `policy`, `owner`, `privilege`, `comment`, … */
  kind: string;
  /** Qualified and quoted; with `kind` it identifies the statement within the dump. */
  name: string;
  stage: StatementStage;
  /** The relation that the statement belongs to. */
  relation?: RelationName;
  sql: string;
}

/** The name as PostgreSQL has it: what has the kind and the name of another statement carries a number. */
export function unnumbered(name: string): string {
  return name.replace(/ #\d+$/, '');
}

/** A database's schema as one consistent read saw it. */
export interface SchemaDefinition {
  environment: string;
  /** `server_version_num` */
  serverVersion: number;
  /** `UTF8` */
  encoding: string;
  /** It was read from a hot standby, where unlogged tables and sequences hold nothing and cannot be asked. */
  isStandby?: boolean;
  schemas: string[];
  extensions: ExtensionDefinition[];
  tables: TableDefinition[];
  functions: FunctionDefinition[];
  triggers: TriggerDefinition[];
  indexes: IndexDefinition[];
  policies: PolicyDefinition[];
  types: TypeDefinition[];
  sequences: SequenceDefinition[];
  views: ViewDefinition[];
  /** Roles that own objects, hold privileges, or are named in policies. */
  roles: string[];
  /** Number of large objects, which a clone leaves alone. */
  largeObjects: number;
  statements: SchemaStatement[];
  /** Changes whenever a definition does; cheap to compute again inside another snapshot. */
  fingerprint: string;
}

export interface SchemaDifference {
  kind: string;
  name: string;
  change: 'missing' | 'unexpected' | 'different';
  source?: string;
  target?: string;
}

/** What has to change in the target to equal the source. */
export interface SchemaDiff {
  source: string;
  target: string;
  isEqual: boolean;
  differences: SchemaDifference[];
}
