import type { AnonymizationType } from '../../contracts/anonymization.js';
import type { ColumnPlan, ColumnRule, TablePlan } from '../../contracts/plan.js';
import type { ColumnDefinition, SchemaDefinition, TableDefinition, TypeShape } from '../../contracts/schema.js';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { type CustomGenerator, createDataAnonymizer } from '../../engine/anonymizer/data-anonymizer.js';

export const KEY = new Uint8Array(32).fill(7);
export const OTHER_KEY = new Uint8Array(32).fill(8);

export function scalar(name: string): TypeShape {
  return { kind: 'scalar', name };
}

export function columnRule(type: AnonymizationType, rule: Partial<ColumnRule> = {}): ColumnRule {
  return { type, domain: type, isUnique: false, preserveFormat: false, ...rule };
}

export function tablePlan(columns: ColumnPlan[], name = 't'): TablePlan {
  return { schema: 'public', name, columns, wire: 'text', estimatedRows: 0, sizeBytes: 0 };
}

/** The masker of one column `c` of `public.t`. */
export function maskerOf(
  type: AnonymizationType,
  {
    shape = scalar('text'),
    key = KEY,
    generators = {},
    ...rule
  }: Partial<ColumnRule> & { shape?: TypeShape; key?: Uint8Array; generators?: Record<string, CustomGenerator> } = {},
): ValueMasker {
  const anonymizer = createDataAnonymizer({ key, generators });
  const [masker] = anonymizer.compile(tablePlan([{ name: 'c', shape, rule: columnRule(type, rule) }])).columns;
  if (!masker) throw new Error('the column is not masked');
  return masker;
}

export function column(
  name: string,
  { shape = scalar('text'), ...rest }: Partial<ColumnDefinition> = {},
): ColumnDefinition {
  const type = shape.kind === 'scalar' ? shape.name : shape.kind;
  return { name, type, shape, isNotNull: false, isIdentity: false, isBinaryPortable: true, ...rest };
}

export function table(
  label: string,
  { unique = [], ...rest }: Partial<TableDefinition> & { unique?: string[] } = {},
): TableDefinition {
  const [schema = '', name = ''] = label.split('.');
  return {
    schema,
    name,
    kind: 'table',
    isUnlogged: false,
    columns: [],
    uniqueKeys: unique.map((key) => ({
      name: `${name}_${key}_key`,
      columns: [key],
      isPrimary: false,
      isPartial: false,
      isExpression: false,
    })),
    foreignKeys: [],
    hasRowSecurity: false,
    estimatedRows: 10,
    sizeBytes: 8192,
    ...rest,
  };
}

export function reference(columnName: string, to: string, referenced: string) {
  const [schema = '', name = ''] = to.split('.');
  return {
    name: `${columnName}_fkey`,
    columns: [columnName],
    references: { schema, name },
    referencedColumns: [referenced],
    isValidated: true,
  };
}

export function schema(...tables: TableDefinition[]): SchemaDefinition {
  return {
    environment: 'production',
    serverVersion: 170000,
    encoding: 'UTF8',
    schemas: ['public'],
    extensions: [],
    tables,
    functions: [],
    triggers: [],
    indexes: [],
    policies: [],
    types: [],
    sequences: [],
    views: [],
    roles: [],
    largeObjects: 0,
    statements: [],
    fingerprint: '',
  };
}
