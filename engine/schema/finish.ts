import type { NeutralizedObject } from '../../contracts/clone.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { ViewDefinition } from '../../contracts/schema.js';
import { translatePostgresError } from '../postgres/errors.js';
import { quoteRelation, showRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';

interface FinishOptions {
  signal?: AbortSignal;
}

/**
 * Fills the materialized views that hold data in the source, each after those it reads.
 * @throws SchemaError `SCHEMA_STATEMENT_FAILED` naming the view
 */
export async function refreshMaterializedViews(
  target: ConfirmedTarget,
  views: readonly ViewDefinition[],
  {
    signal,
    except = [],
  }: FinishOptions & { /** Those that would reach other machines. */ except?: readonly NeutralizedObject[] } = {},
): Promise<void> {
  const skipped = new Set(except.filter(({ kind }) => kind === 'materialized view').map(({ name }) => name));
  const populated = views.filter((view) => view.isMaterialized && view.isPopulated && !skipped.has(showRelation(view)));
  if (populated.length === 0) return;
  await using session = await target.connect({ purpose: 'refresh', ...(signal && { signal }) });
  await fillMaterializedViews(session, populated);
}

/** The same on a session, whose search path is then the role's own. */
export async function fillMaterializedViews(session: Session, views: readonly RelationName[]): Promise<void> {
  const order = await viewOrder(session);
  await session.query('reset search_path'); // functions in a view's query look names up as they do for everybody
  const byOrder = (view: RelationName) => order.get(relationLabel(view)) ?? order.size;
  for (const view of [...views].sort((a, b) => byOrder(a) - byOrder(b))) {
    await session.query(`refresh materialized view ${quoteRelation(view)}`).catch((error: unknown) => {
      throw failed(error, session, `filling materialized view ${showRelation(view)}`);
    });
  }
}

interface ViewRow {
  label: string;
  reads: string[];
}

/** Position by label, such that a view stands behind those it reads, however indirectly. */
async function viewOrder(session: Session): Promise<Map<string, number>> {
  const rows = await session.query<ViewRow>(`
    select n.nspname || '.' || c.relname as label,
           array(
             select distinct rn.nspname || '.' || r.relname
             from pg_rewrite as w
             join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
             join pg_class as r on r.oid = d.refobjid and r.relkind in ('v', 'm') and r.oid <> c.oid
             join pg_namespace as rn on rn.oid = r.relnamespace
             where w.ev_class = c.oid
           )::text[] as reads
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`);
  const readsByLabel = new Map(rows.map(({ label, reads }) => [label, reads]));
  const order = new Map<string, number>();
  const visiting = new Set<string>();
  const visit = (label: string) => {
    if (visiting.has(label)) return;
    visiting.add(label);
    for (const read of readsByLabel.get(label) ?? []) visit(read);
    order.set(label, order.size);
  };
  for (const label of readsByLabel.keys()) visit(label);
  return order;
}

function failed(error: unknown, { environment }: Session, doing: string): Error {
  return translatePostgresError(error, { doing, environment, otherwise: 'SCHEMA_STATEMENT_FAILED' });
}
