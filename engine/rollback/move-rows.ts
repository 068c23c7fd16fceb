import type { RolledBackTable } from '../../contracts/clone.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { translatePostgresError } from '../postgres/errors.js';
import { quoteRelation, showRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';

import type { ChangeTargetInput } from './change-target.js';
import { type HeldRows, returnRows } from './held-rows.js';
import type { Load, LoadPlan } from './plan-loads.js';
import type { PointRows } from './point-rows.js';
import { silenceTriggers } from './quiet-target.js';
import { rollbackRefused } from './refusals.js';

export interface MoveInput extends ChangeTargetInput {
  loading: LoadPlan;
  held: readonly HeldRows[];
  gone: ReadonlySet<string>;
  /** Rows by table. */
  before: ReadonlyMap<string, number>;
}

/** Gives rows that were put aside back, and exchanges those that are taken back. */
export async function moveRows(session: Session, input: MoveInput): Promise<RolledBackTable[]> {
  const { loading, held, gone, rows, onProgress, cascaded, before } = input;
  const losses: string[] = [];
  for (const each of held) if (await isThere(session, each.table)) losses.push(...(await returnRows(session, each)));
  if (losses.length > 0) throw rollbackRefused(session.environment, losses);
  const emptied = loading.emptied.filter((table) => !gone.has(`relation ${showRelation(table)}`));
  const wake = await silenceTriggers(session, [...emptied, ...loading.loads.map(({ into }) => into)]);
  if (emptied.length > 0) await session.query(`truncate only ${emptied.map(quoteRelation).join(', only ')}`);
  const loaded = new Map<string, number>();
  for (const { from, into } of loading.loads) {
    if (!(await isThere(session, into))) continue; // why it could not be made is told with the others
    onProgress?.(relationLabel(from));
    loaded.set(showRelation(from), await copyRows(session, rows, { from, into }));
  }
  await wake();
  const tables = new Map(
    [...emptied, ...loading.loads.map(({ from }) => from)].map((table) => [showRelation(table), table]),
  );
  return [...tables].map(([name, table]) => ({
    table: relationLabel(table),
    rowsBefore: before.get(name) ?? 0,
    rowsAfter: loaded.get(name) ?? 0,
    ...(cascaded.has(name) && { cascaded: true as const }),
  }));
}

async function copyRows(session: Session, rows: PointRows, { from, into }: Load): Promise<number> {
  try {
    return await rows.copy(session, from, into);
  } catch (error) {
    throw translatePostgresError(error, {
      doing: `taking back the rows of ${relationLabel(from)}`,
      environment: session.environment,
      otherwise: 'COPY_FAILED',
    });
  }
}

async function isThere(session: Session, table: RelationName): Promise<boolean> {
  const { found } = await session.one<{ found: boolean }>('select to_regclass($1) is not null as found', [
    quoteRelation(table),
  ]);
  return found;
}
