import { relationLabel } from '../../contracts/relations.js';
import { showRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';

import type { ChangeTargetInput } from './change-target.js';
import { type HeldRows, holdRows } from './held-rows.js';
import type { LiveObjects } from './live-objects.js';
import type { ChangePlan } from './plan-change.js';
import type { LoadPlan } from './plan-loads.js';
import { rollbackRefused } from './refusals.js';
import { isForeignKey, referencedRelation } from './statement-object.js';

export interface DropInput extends ChangeTargetInput {
  plan: ChangePlan;
  live: LiveObjects;
  loading: LoadPlan;
}

/**
 * Drops what goes. A table that would be lost with it, or a part of it, is made again like the rest, and keeps its rows: they are put aside first, so
 * the drop is taken back until it takes no table along that nobody thought of.
 */
export async function dropObjects(
  session: Session,
  input: DropInput,
): Promise<{ gone: Set<string>; held: HeldRows[] }> {
  const { plan, live, loading } = input;
  const loaded = new Set(loading.loads.map(({ into }) => showRelation(into)));
  const kept = new Set(plan.final.flatMap(({ object, makes }) => (makes ? [object] : [])));
  const isGiven = (name: string) => input.parts.components.has('data') && !kept.has(`relation ${name}`); // its rows are to go
  const tables = new Map(input.present.tables.map((table) => [showRelation(table), table]));
  const objects = new Set([...plan.drops, ...foreignKeysOf(input)]);
  for (;;) {
    await session.query('savepoint dropping');
    const held: HeldRows[] = [];
    for (const [name, table] of tables) {
      const isHeld = objects.has(`relation ${name}`) && table.kind === 'table' && !loaded.has(name) && !isGiven(name);
      if (isHeld) held.push(await holdRows(session, table, held.length));
    }
    await live.drop(objects);
    const gone = await live.gone();
    const lost = [...tables.keys()].filter((name) => gone.has(`relation ${name}`) && !objects.has(`relation ${name}`));
    const more = [...lost, ...(await live.damagedTables())];
    if (more.length === 0) {
      refuseLosses(session, held, kept);
      return { gone, held };
    }
    const unmakeable = more.filter((name) => objects.has(`relation ${name}`));
    if (unmakeable.length > 0)
      throw rollbackRefused(
        session.environment,
        unmakeable.map((name) => `${name} would lose a part, and cannot be made again`),
      );
    await session.query('rollback to dropping');
    for (const name of more) objects.add(`relation ${name}`);
  }
}

/** Tables that shall not be there any more, and hold rows that nothing brings back. */
function refuseLosses({ environment }: Session, held: readonly HeldRows[], kept: ReadonlySet<string>): void {
  const losses = held
    .filter(({ table, rows }) => rows > 0 && !kept.has(`relation ${showRelation(table)}`))
    .map(
      ({ table, rows }) => `${relationLabel(table)}: ${rows} row(s) would be lost, the restore point has no such table`,
    );
  if (losses.length > 0)
    throw rollbackRefused(environment, losses, 'Empty these tables, or return to the whole restore point.');
}

/** Foreign keys from and to tables whose rows are exchanged: they are added again when all rows are there. */
function foreignKeysOf({ presentObjects, present, loading }: DropInput): string[] {
  const parents = new Map(
    present.tables.map((table) => [showRelation(table), table.partitionOf && showRelation(table.partitionOf)]),
  );
  const exchanged = new Set<string>();
  for (const table of [...loading.emptied, ...loading.loads.map(({ into }) => into)]) {
    for (let name: string | undefined = showRelation(table); name !== undefined; name = parents.get(name))
      exchanged.add(name);
  }
  return presentObjects
    .filter(isForeignKey)
    .filter((each) => exchanged.has(each.relation ?? '') || exchanged.has(referencedRelation(each) ?? ''))
    .map(({ object }) => object);
}
