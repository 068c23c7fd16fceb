import type { ClonePlan, ColumnRule } from '../../contracts/plan.js';
import type { SchemaDefinition, StatementStage } from '../../contracts/schema.js';
import { analyzeSchema } from '../../engine/catalog/analyze-schema.js';
import { dropLedger, prepareLedger } from '../../engine/copy/ledger.js';
import { copySequences } from '../../engine/copy/sequences.js';
import { createPlan } from '../../engine/plan/create-plan.js';
import { readTargetCatalog } from '../../engine/plan/target-catalog.js';
import { applyStatements } from '../../engine/schema/apply.js';
import { readStatements } from '../../engine/schema/read-statements.js';
import { heldSnapshot } from '../copy/world.js';
import { type CopyInput, copyUnit, EPOCH } from '../support/copy-unit.js';
import type { TestDatabase } from '../support/databases.js';
import { sourceOf, targetOf } from '../support/proofs.js';

export interface EngineCloneInput {
  from: Pick<TestDatabase, 'name' | 'url'>;
  /** Empty. */
  into: TestDatabase;
  /** By `schema.table`, then by column. Default: nothing is masked. */
  rules?: Map<string, Map<string, ColumnRule>>;
  /** Changes what was planned. */
  replan?(plan: ClonePlan): ClonePlan;
  /** Called when the snapshot is held and before each unit is copied. */
  beforeUnit?(): Promise<void>;
  /** Default: `copyUnit`, here. */
  copy?(input: CopyInput): Promise<number>;
}

export interface EngineClone {
  schema: SchemaDefinition;
  plan: ClonePlan;
  rows: number;
}

/** A clone by the engine alone, without a workflow: read, plan, rebuild, copy, finish. */
export async function cloneByEngine({
  from,
  into,
  rules,
  replan = (plan) => plan,
  beforeUnit,
  copy = copyUnit,
}: EngineCloneInput): Promise<EngineClone> {
  const [source, target] = [sourceOf(from), targetOf(into)];
  const schema = await readSchema(from);
  const plan = replan(
    createPlan({
      operation: 'clone',
      options: { ...OPTIONS, anonymizeData: rules !== undefined },
      source: schema,
      sourceType: 'test',
      target: await readTargetCatalog(target),
      allowsRawData: true,
      systems: {},
      decided: { rules: rules ?? new Map(), undecided: [], problems: [] },
      neutralized: [],
    }),
  );
  if (plan.refusals.length > 0) throw new Error(plan.refusals.join('; '));
  const apply = (stage: StatementStage) =>
    applyStatements(
      target,
      schema.statements.filter((statement) => statement.stage === stage),
    );
  await apply('pre-data');
  const held = await heldSnapshot(source);
  let rows = 0;
  try {
    await prepareLedger(target, {
      operation: 'clone',
      epoch: EPOCH,
      tables: plan.units.flatMap(({ tables }) => tables),
    });
    const waiting = [...plan.units];
    const copier = async () => {
      for (let unit = waiting.shift(); unit; unit = waiting.shift()) {
        await beforeUnit?.();
        const copied = await copy({ from, into, unit, snapshot: held.snapshot });
        rows += copied; // after the wait: the other copier counts too
      }
    };
    await Promise.all([copier(), copier()]);
  } finally {
    await held.release();
  }
  await apply('keys');
  await apply('finish');
  await copySequences({ source, target, sequences: schema.sequences });
  await dropLedger(target);
  return { schema, plan, rows };
}

/** A database's catalogs and dump. */
export async function readSchema({ url, name }: Pick<TestDatabase, 'name' | 'url'>): Promise<SchemaDefinition> {
  return analyzeSchema(sourceOf({ url, name }), {
    dump: (moment) => readStatements({ url, environment: name, ...moment }),
  });
}

const OPTIONS = {
  anonymizeData: false,
  includeAuditLogs: true,
  includeConversations: true,
  includeReservations: true,
  preserveUserRoles: true,
};

/**
 * Every table's rows in order, each as its hash and the beginning of its text. Columns by name: pg_dump makes a child's in another
 * order once its parent got one more. Partitions with their root: a hash of an OID puts rows elsewhere.
 */
export async function rowsByTable(database: TestDatabase): Promise<Record<string, string[]>> {
  const { rows: tables } = await database.run(`
    select format(case c.relkind when 'p' then '%I.%I' else 'only %I.%I' end, n.nspname, c.relname) as name,
           (select string_agg(format('r.%I', a.attname), ', ' order by a.attname)
              from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     order by 1`);
  const rows: Record<string, string[]> = {};
  for (const { name, columns } of tables) {
    rows[name] = await database.column(`
      select md5(text) || ' ' || left(text, 300)
        from ${name} as r, lateral (select row(${columns ?? ''})::text as text) as as_text
       order by 1`);
  }
  return rows;
}
