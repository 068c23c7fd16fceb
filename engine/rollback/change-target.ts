import type { RollbackChanges } from '../../contracts/clone.js';
import type { RelationName } from '../../contracts/relations.js';
import type { SchemaDefinition, SchemaStatement } from '../../contracts/schema.js';
import { quoteRelation, showRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';

import { resetDefaultPrivileges } from '../schema/reset-defaults.js';
import { dropObjects } from './drop-objects.js';
import { type BrokenKey, findBrokenKeys } from './foreign-keys.js';
import { findLiveObjects } from './live-objects.js';
import { makeObjects, type Unmade } from './make-objects.js';
import { refreshAffectedViews } from './materialized-views.js';
import { moveRows } from './move-rows.js';
import { isOfParts, type Parts } from './parts.js';
import { type ChangePlan, planChange } from './plan-change.js';
import { planLoads } from './plan-loads.js';
import type { PointRows } from './point-rows.js';
import { resetPrivileges } from './privileges.js';
import { liftForcedPolicies, silenceEventTriggers } from './quiet-target.js';
import { rollbackRefused } from './refusals.js';
import { replaceInPlace } from './replace-in-place.js';
import { objectChanges } from './reported-changes.js';
import { readSequencesNow, settleSequences } from './sequence-values.js';
import { isForeignKey, type StatementObject } from './statement-object.js';

export interface ChangeTargetInput {
  parts: Parts;
  /** Of `parts`, those that follow because of their references. */
  cascaded: ReadonlySet<string>;
  present: SchemaDefinition;
  wanted: SchemaDefinition;
  presentObjects: readonly StatementObject[];
  wantedObjects: readonly StatementObject[];
  rows: PointRows;
  onProgress?(what: string): void;
  /** Called with what was changed, and every statement that the target has then, while event triggers are silent. */
  onChanged?(changes: RollbackChanges, statements: SchemaStatement[]): Promise<void>;
}

/**
 * Inside the caller's transaction: what is otherwise goes, with whatever depends on it; what it shall be is made, and what depended on it as it was;
 * rows of the restore point come in, all others stay. @throws SafetyError `ROLLBACK_REFUSED`
 */
export async function changeTarget(
  session: Session,
  input: ChangeTargetInput,
): Promise<{ changes: RollbackChanges } | { broken: BrokenKey[] }> {
  const { parts, present, wanted, presentObjects, wantedObjects, rows } = input;
  await session.query('set constraints all immediate'); // what waits for the commit would be in the way of ALTER TABLE
  const wakeEvents = await silenceEventTriggers(session);
  const live = await findLiveObjects(session, presentObjects);
  const sequences = await readSequencesNow(session);
  const planned = planChange({
    present: presentObjects,
    wanted: wantedObjects,
    isOfParts: (each) => isOfParts(parts, each),
    isLoose: majorOf(present) !== majorOf(wanted),
  });
  const plan = await replaceInPlace(session, planned);
  const standing = new Set(presentObjects.map(({ object }) => object));
  const isMade = (table: string) =>
    plan.drops.has(`relation ${table}`) || (!standing.has(`relation ${table}`) && parts.components.has('schema'));
  const loading = planLoads({ parts, present, wanted, rows: rows.tables, isMade });
  if (loading.refusals.length > 0) throw rollbackRefused(session.environment, loading.refusals);

  const force = await liftForcedPolicies(session);
  const before = await countRows(session, tablesOf(parts, present));
  const { gone, held } = await dropObjects(session, { ...input, plan, live, loading });
  for (const { object, sql } of plan.reverts) if (!gone.has(object)) await session.query(sql);
  const todo = statementsToRun(plan, gone);
  let unmade = await makeObjects(session, todo.filter(isPreData));
  const tables = await moveRows(session, { ...input, loading, held, gone, before });
  await settleSequences(session, {
    before: sequences,
    wanted: wanted.sequences,
    isTakenBack: (owner) =>
      parts.components.has('data') && (parts.tables === undefined || (owner !== undefined && parts.tables.has(owner))),
  });
  unmade = await makeObjects(session, [...unmade.map(({ each }) => each), ...todo.filter(isKey)]);
  unmade = await makeObjects(session, [...unmade.map(({ each }) => each), ...todo.filter(isLate)]);
  if (unmade.length > 0) throw rollbackRefused(session.environment, unmade.map(reasonOf));
  const foreignKeys = todo.filter(isForeignKey);
  const broken = await findBrokenKeys(session, foreignKeys);
  if (broken.length > 0) return { broken };
  unmade = await makeObjects(session, foreignKeys);
  if (unmade.length > 0) throw rollbackRefused(session.environment, unmade.map(reasonOf));

  await givePrivileges(session, { plan, gone });
  const forced = plan.final.filter(isForced);
  await force((table) => forced.some(({ relation }) => relation === showRelation(table)));
  await makeAll(session, todo.filter(isForced));
  await refreshAffectedViews(session, {
    touched: [...loading.emptied, ...loading.loads.map(({ into }) => into), ...held.map(({ table }) => table)],
    remade: todo
      .filter(({ statement }) => statement.kind === 'materialized view')
      .flatMap(({ statement }) => statement.relation ?? []),
    views: [...present.views, ...wanted.views],
  });
  const changes = { tables, objects: objectChanges(plan, gone), kept: loading.kept };
  await input.onChanged?.(
    changes,
    plan.final.map(({ statement }) => statement),
  );
  await wakeEvents();
  await makeAll(session, todo.filter(isOfEventTrigger));
  return { changes };
}

function majorOf({ serverVersion }: SchemaDefinition): number {
  return Math.floor(serverVersion / 10_000);
}

/** Present tables whose rows are taken back. */
function tablesOf({ tables, components }: Parts, present: SchemaDefinition): RelationName[] {
  if (!components.has('data')) return [];
  return present.tables.filter((table) => table.kind === 'table' && (!tables || tables.has(showRelation(table))));
}

async function countRows(session: Session, tables: readonly RelationName[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const table of tables) {
    const { rows } = await session.one<{ rows: number }>(
      `select count(*)::float8 as rows from only ${quoteRelation(table)}`,
    );
    counts.set(showRelation(table), rows);
  }
  return counts;
}

/** What has to run: all about objects that went, and what sets otherwise what stayed. */
function statementsToRun({ final, settings, givesDefaults }: ChangePlan, gone: ReadonlySet<string>): StatementObject[] {
  return final.filter(
    (each) =>
      gone.has(each.object) ||
      gone.has(`relation ${each.relation}`) ||
      settings.has(each) ||
      (givesDefaults && each.statement.kind === 'default privilege'),
  );
}

/** Of objects that went or whose privileges are otherwise. */
async function givePrivileges(
  session: Session,
  {
    plan: { final, privileges, drops, settings, givesDefaults },
    gone,
  }: { plan: ChangePlan; gone: ReadonlySet<string> },
): Promise<void> {
  const isNew = (each: StatementObject) => gone.has(each.object) || drops.has(each.object) || settings.has(each);
  const made = new Set(final.filter((each) => each.makes && isNew(each)).map(({ object }) => object));
  const isMeant = ({ object }: StatementObject) => made.has(object) || privileges.has(object);
  await resetPrivileges(
    session,
    final.filter((each) => each.makes && isMeant(each)),
  );
  if (givesDefaults) await resetDefaultPrivileges(session);
  const granted = final.filter((each) => each.statement.kind === 'privilege' && isMeant(each));
  const defaults = givesDefaults ? final.filter(({ statement }) => statement.kind === 'default privilege') : [];
  await makeAll(session, [...granted, ...defaults]);
}

async function makeAll(session: Session, statements: readonly StatementObject[]): Promise<void> {
  const unmade = await makeObjects(session, statements);
  if (unmade.length > 0) throw rollbackRefused(session.environment, unmade.map(reasonOf));
}

function reasonOf({ each: { statement }, reason }: Unmade): string {
  return `${statement.kind} ${statement.name} cannot be made as it shall be: ${reason}`;
}

function isPreData({ statement }: StatementObject): boolean {
  return statement.stage === 'pre-data';
}

function isKey({ statement }: StatementObject): boolean {
  return statement.stage === 'keys';
}

function isLate(each: StatementObject): boolean {
  const { kind, stage } = each.statement;
  return (
    stage === 'finish' && !isForeignKey(each) && !isForced(each) && !isOfEventTrigger(each) && !PRIVILEGES.has(kind)
  );
}

/** Keeps the owner from proving foreign keys: it comes after them. */
function isForced({ statement }: StatementObject): boolean {
  return statement.kind === 'forced row security';
}

/** They come last: whatever acts on definitions would act on these. */
function isOfEventTrigger({ object }: StatementObject): boolean {
  return object.startsWith('event trigger ');
}

/** Are given when what they are for has its owner. */
const PRIVILEGES = new Set(['privilege', 'default privilege']);
