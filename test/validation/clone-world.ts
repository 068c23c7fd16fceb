import type { ClonePlan, ColumnPlan, ColumnRule, TablePlan } from '../../contracts/plan.js';
import type { TypeShape } from '../../contracts/schema.js';
import type { CheckContext } from '../../engine/validation/check.js';
import { createDatabase, type PostgresMajor, type TestDatabase } from '../support/databases.js';
import { sourceOf } from '../support/proofs.js';

export interface CloneWorld extends AsyncDisposable {
  source: TestDatabase;
  target: TestDatabase;
  context: CheckContext;
}

interface CloneWorldInput {
  major?: PostgresMajor;
  targetMajor?: PostgresMajor;
  /** Runs in both databases. */
  schema?: string;
  source?: string;
  target?: string;
  plan?: Partial<ClonePlan>;
  totals?: { table: string; rows: number }[];
}

/** A source and what a clone made of it, written by hand, with the plan that it followed. */
export async function createCloneWorld(input: CloneWorldInput): Promise<CloneWorld> {
  const { major = 17, targetMajor = major, schema = '', totals } = input;
  const source = await createDatabase({ major, sql: `${schema};${input.source ?? ''}` });
  const target = await createDatabase({ major: targetMajor, sql: `${schema};${input.target ?? ''}` });
  return {
    source,
    target,
    context: {
      source: sourceOf(source),
      target: sourceOf(target),
      plan: { ...EMPTY_PLAN, ...input.plan },
      ...(totals && {
        expected: { totals, schemaDiff: { source: 'source', target: 'target', isEqual: true, differences: [] } },
      }),
    },
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]();
      await target[Symbol.asyncDispose]();
    },
  };
}

/** The plan of one table; columns by name, as their rule's type, or with shape and rule. */
export function tableOf(
  label: string,
  columns: Record<
    string,
    ColumnRule['type'] | ({ type?: ColumnRule['type']; shape?: TypeShape } & Partial<ColumnRule>)
  >,
  more: Partial<TablePlan> = {},
): TablePlan {
  const [schema = '', name = ''] = label.split('.');
  return {
    schema,
    name,
    columns: Object.entries(columns).map(([column, given]) => columnOf(column, given)),
    wire: 'text',
    estimatedRows: 100,
    sizeBytes: 8192,
    ...more,
  };
}

export function planOf(...tables: TablePlan[]): Partial<ClonePlan> {
  return { units: [{ tables, sizeBytes: 0 }] };
}

export function messagesOf(found: readonly { message: string }[]): string[] {
  return found.map(({ message }) => message);
}

function columnOf(
  name: string,
  given: ColumnRule['type'] | ({ type?: ColumnRule['type']; shape?: TypeShape } & Partial<ColumnRule>),
): ColumnPlan {
  const { type = 'keep', shape = TEXT, ...rule } = typeof given === 'string' ? { type: given } : given;
  if (type === 'keep') return { name, shape };
  return { name, shape, rule: { type, domain: type, isUnique: false, preserveFormat: false, ...rule } };
}

const TEXT: TypeShape = { kind: 'scalar', name: 'text' };

const EMPTY_PLAN: ClonePlan = {
  operation: 'clone-test',
  source: 'source',
  target: 'target',
  createdAt: '2026-01-01T00:00:00.000Z',
  options: {
    anonymizeData: true,
    includeAuditLogs: true,
    includeConversations: true,
    includeReservations: true,
    preserveUserRoles: true,
  },
  schema: { operation: 'clone-test', name: 'schema.json' },
  sourceFingerprint: '',
  units: [],
  lanes: 4,
  emptied: [],
  nulled: [],
  neutralized: [],
  leftOut: [],
  createsDatabase: false,
  createsRoles: [],
  skippedOwners: [],
  warnings: [],
  refusals: [],
  restorePoint: 'archive',
};
