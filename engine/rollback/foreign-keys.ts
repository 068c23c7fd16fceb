import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { constraintOf, relationOf, texts } from '../schema/names.js';
import type { BrokenReference } from './refusals.js';
import type { StatementObject } from './statement-object.js';

interface Reference {
  constraint: string;
  table: RelationName;
  columns: string[];
  references: RelationName;
  referencedColumns: string[];
  isMatchFull: boolean;
}

/** A foreign key that would not hold, with the relation whose rows break it. */
export interface BrokenKey extends BrokenReference {
  child: RelationName;
}

/** Counts, before the keys are added, the rows that would break them. One that was never proven stays so, and is not asked. */
export async function findBrokenKeys(session: Session, statements: readonly StatementObject[]): Promise<BrokenKey[]> {
  const broken: BrokenKey[] = [];
  for (const statement of statements) {
    const reference = referenceOf(statement);
    if (!reference || !(await areThere(session, reference))) continue;
    const shape = { isMany: await partitioned(session, reference), operators: await equalities(session, reference) };
    const { rows } = await session.one<{ rows: number }>(orphans(reference, shape));
    if (rows === 0) continue;
    const { constraint, table, references } = reference;
    broken.push({ table: relationLabel(table), child: table, constraint, references: relationLabel(references), rows });
  }
  return broken;
}

function referenceOf({ node }: StatementObject): Reference | undefined {
  if (!('AlterTableStmt' in node)) return undefined;
  const [first] = node.AlterTableStmt.cmds ?? [];
  const constraint = first && 'AlterTableCmd' in first ? constraintOf(first.AlterTableCmd.def) : undefined;
  const [table, references] = [relationOf(node.AlterTableStmt.relation), relationOf(constraint?.pktable)];
  if (!constraint || !table || !references || constraint.skip_validation || constraint.fk_with_period) return undefined;
  return {
    constraint: constraint.conname ?? '',
    table,
    references,
    columns: texts(constraint.fk_attrs),
    referencedColumns: texts(constraint.pk_attrs),
    isMatchFull: constraint.fk_matchtype === 'f',
  };
}

/** What is not there is told by the statement itself, when it fails. */
async function areThere(session: Session, { table, references }: Reference): Promise<boolean> {
  const { found } = await session.one<{ found: boolean }>(
    'select to_regclass($1) is not null and to_regclass($2) is not null as found',
    [table, references].map(quoteRelation),
  );
  return found;
}

async function partitioned(session: Session, { table, references }: Reference): Promise<boolean[]> {
  const rows = await session.query<{ is: boolean }>(
    `select c.relkind = 'p' as is from unnest($1::text[]) with ordinality as asked (name, at) join pg_class c on c.oid = asked.name::regclass order by at`,
    [[table, references].map(quoteRelation)],
  );
  return rows.map(({ is }) => is);
}

/** The operators by which the referenced key tells its values apart: `=` by name could be another type's. */
async function equalities(session: Session, { references, referencedColumns }: Reference): Promise<string[]> {
  const rows = await session.query<{ column: string; operator: string }>(EQUALITIES, [quoteRelation(references)]);
  const operators = new Map(rows.map(({ column, operator }) => [column, operator]));
  return referencedColumns.map((column) => operators.get(column) ?? '=');
}

const EQUALITIES = `
  select distinct a.attname::text as column, format('operator(%I.%s)', n.nspname, o.oprname) as operator
    from pg_index i
   cross join lateral unnest(i.indkey::int2[], i.indclass::oid[]) as part (attnum, opclass)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = part.attnum
    join pg_opclass k on k.oid = part.opclass
    join pg_amop m on m.amopfamily = k.opcfamily and m.amopstrategy = 3 and m.amoplefttype = k.opcintype and m.amoprighttype = k.opcintype
    join pg_operator o on o.oid = m.amopopr
    join pg_namespace n on n.oid = o.oprnamespace
    join pg_am am on am.oid = k.opcmethod and am.amname = 'btree'
   where i.indrelid = $1::regclass and i.indisunique`;

interface KeyShape {
  /** Whether the table, and what it references, are partitioned. */
  isMany: boolean[];
  operators: string[];
}

function orphans(
  { table, columns, references, referencedColumns, isMatchFull }: Reference,
  { isMany: [ofMany, toMany], operators }: KeyShape,
): string {
  const child = columns.map((column) => `c.${quoteIdentifier(column)}`);
  const pairs = referencedColumns.map((column, at) => `p.${quoteIdentifier(column)} ${operators[at]} ${child[at]}`);
  return `
    select count(*)::float8 as rows
      from ${ofMany ? '' : 'only '}${quoteRelation(table)} c
     where (${child.map((column) => `${column} is not null`).join(isMatchFull ? ' or ' : ' and ')})
       and not exists (select from ${toMany ? '' : 'only '}${quoteRelation(references)} p where ${pairs.join(' and ')})`;
}
