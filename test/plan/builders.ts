import type { CloneOptions } from '../../contracts/clone.js';
import type { ColumnRule } from '../../contracts/plan.js';
import type {
  ColumnDefinition,
  ForeignKey,
  SchemaDefinition,
  SchemaStatement,
  TableDefinition,
  TypeShape,
} from '../../contracts/schema.js';
import type { PlanInput } from '../../engine/plan/create-plan.js';
import type { TargetCatalog } from '../../engine/plan/target-catalog.js';

export const TEXT: TypeShape = { kind: 'scalar', name: 'text' };
export const INTEGER: TypeShape = { kind: 'scalar', name: 'int4' };
export const ROLE: TypeShape = { kind: 'enum', labels: ['admin', 'member'] };

export function column(name: string, rest: Partial<ColumnDefinition> = {}): ColumnDefinition {
  const shape = rest.shape ?? INTEGER;
  const type = shape.kind === 'scalar' ? shape.name : `public.${shape.kind}`;
  return { name, type, shape, isNotNull: false, isIdentity: false, isBinaryPortable: true, ...rest };
}

export function table(label: string, rest: Partial<TableDefinition> = {}): TableDefinition {
  const [schema = '', name = ''] = label.split('.');
  return {
    ...{ schema, name, kind: 'table', isUnlogged: false, hasRowSecurity: false },
    ...{
      columns: [column('id', { isNotNull: true })],
      uniqueKeys: [],
      foreignKeys: [],
      estimatedRows: 10,
      sizeBytes: 8192,
    },
    ...rest,
  };
}

export function partition(label: string, of: TableDefinition, rest: Partial<TableDefinition> = {}): TableDefinition {
  const { columns, foreignKeys, schema, name } = of;
  return table(label, { columns, foreignKeys, partitionOf: { schema, name }, ...rest });
}

/** `references('owner_id', 'public.profiles')`: to its `id`; several columns are separated by blanks. */
export function references(columns: string, to: string, rest: Partial<ForeignKey> = {}): ForeignKey {
  const [schema = '', name = ''] = to.split('.');
  return {
    name: `${columns}_fkey`,
    columns: columns.split(' '),
    references: { schema, name },
    referencedColumns: ['id'],
    isValidated: true,
    ...rest,
  };
}

export function schemaOf(tables: TableDefinition[], rest: Partial<SchemaDefinition> = {}): SchemaDefinition {
  return {
    ...{
      environment: 'production',
      serverVersion: 150_004,
      encoding: 'UTF8',
      schemas: ['public'],
      extensions: [],
      tables,
    },
    ...{
      functions: [],
      triggers: [],
      indexes: [],
      policies: [],
      types: [],
      sequences: [],
      views: [],
      roles: ['postgres'],
    },
    ...{ largeObjects: 0, statements: [], fingerprint: 'f1' },
    ...rest,
  };
}

export function targetCatalog(rest: Partial<TargetCatalog> = {}): TargetCatalog {
  return {
    ...{
      environment: 'test',
      exists: true,
      serverVersion: 170_002,
      encoding: 'UTF8',
      availableExtensions: [],
      uncreatable: new Map(),
      keptExtensions: [],
    },
    ...{ roles: ['postgres'], assignableRoles: ['postgres'] },
    ...{ isSuperuser: true, canCreateRoles: true, canCreateDatabase: true },
    ...rest,
  };
}

export const OPTIONS: CloneOptions = {
  anonymizeData: true,
  includeAuditLogs: true,
  includeConversations: true,
  includeReservations: true,
  preserveUserRoles: true,
};

export function rule(type: ColumnRule['type'], rest: Partial<ColumnRule> = {}): ColumnRule {
  return { type, domain: type, isUnique: false, preserveFormat: false, ...rest };
}

/** `{ 'public.t': { email: rule('email') } }` */
export function rulesOf(rules: Record<string, Record<string, ColumnRule>>): PlanInput['decided'] {
  const byTable = Object.entries(rules).map(([label, columns]) => [label, new Map(Object.entries(columns))] as const);
  return { rules: new Map(byTable), undecided: [], problems: [] };
}

export function planInput(
  tables: TableDefinition[],
  { options = {}, ...rest }: Partial<Omit<PlanInput, 'options'>> & { options?: Partial<CloneOptions> } = {},
): PlanInput {
  return {
    operation: 'clone-test',
    source: schemaOf(tables),
    sourceType: 'production',
    target: targetCatalog(),
    allowsRawData: false,
    systems: {
      audit: ['audit.*'],
      conversations: ['public.conversations', 'public.message_*'],
      reservations: ['bookings'],
    },
    decided: rulesOf({}),
    neutralized: [],
    createdAt: new Date('2026-01-02T03:04:05Z'),
    ...rest,
    options: { ...OPTIONS, ...options },
  };
}

export function owner(sql: string): SchemaStatement {
  return { kind: 'owner', name: sql, stage: 'pre-data', sql };
}
