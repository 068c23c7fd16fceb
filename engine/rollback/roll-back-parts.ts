import type { RollbackChanges, RollbackParts } from '../../contracts/clone.js';
import type { SchemaDefinition, SchemaStatement } from '../../contracts/schema.js';
import { noteUnfinished } from '../copy/unfinished.js';
import { translatePostgresError } from '../postgres/errors.js';
import { showRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';

import { openSchemaSession } from '../schema/schema-session.js';
import { type ChangeTargetInput, changeTarget } from './change-target.js';
import { ROLLBACK_PURPOSE } from './earlier-rollback.js';
import type { BrokenKey } from './foreign-keys.js';
import { type Parts, resolveParts, withPartitions } from './parts.js';
import type { PointRows } from './point-rows.js';
import { referencesRefused } from './refusals.js';
import { readStatementObjects } from './statement-object.js';

export interface RollBackPartsInput {
  target: ConfirmedTarget;
  /** Of the target, as it is now. */
  present: SchemaDefinition;
  /** Of the restore point. */
  wanted: SchemaDefinition;
  rows: PointRows;
  parts: RollbackParts;
  operation: string;
  /** What the target can be returned to; `undefined`: everything is only tried, and taken back. */
  restorePoint: string | undefined;
  /** With every statement that the target shall have: before the change is there for others. */
  beforeCommit?(changes: RollbackChanges, statements: SchemaStatement[]): Promise<void>;
  signal?: AbortSignal;
  onProgress?(what: string): void;
}

/**
 * Takes parts of a target back to what a restore point holds, in one transaction, with the note that it is not validated yet: whatever breaks, the
 * target is what it was, or the note leads back to that. What cannot be done without a loss is refused with every reason.
 * @throws SafetyError `ROLLBACK_REFUSED`; ConfigurationError `CONFIGURATION_INVALID` naming what the restore point does not have
 */
export async function rollBackParts(input: RollBackPartsInput): Promise<RollbackChanges> {
  const { target, present, wanted, signal } = input;
  const sides = {
    presentObjects: await readStatementObjects(present.statements),
    wantedObjects: await readStatementObjects(wanted.statements),
  };
  const cascaded = new Set<string>();
  let parts = resolveParts(input.parts, input);
  await using session = await openSchemaSession(target, { purpose: ROLLBACK_PURPOSE, ...(signal && { signal }) });
  for (;;) {
    const attempt = await inTransaction(session, { ...input, ...sides, parts, cascaded });
    if (!('broken' in attempt)) return attempt.changes;
    parts = follow(parts, attempt.broken, { ...input, cascaded });
  }
}

type Attempt = { changes: RollbackChanges } | { broken: BrokenKey[] };

type AttemptInput = ChangeTargetInput &
  Pick<RollBackPartsInput, 'operation' | 'restorePoint' | 'beforeCommit' | 'signal'>;

async function inTransaction(session: Session, input: AttemptInput): Promise<Attempt> {
  const { operation, restorePoint, beforeCommit, signal } = input;
  const isTrial = restorePoint === undefined;
  const onChanged: ChangeTargetInput['onChanged'] = async (changes, statements) => {
    if (isTrial) return;
    await noteUnfinished(session, { operation, restorePoint });
    await beforeCommit?.(changes, statements);
  };
  await session.query('begin');
  try {
    const attempt = await changeTarget(session, { ...input, onChanged });
    signal?.throwIfAborted();
    await session.query(isTrial || 'broken' in attempt ? 'rollback' : 'commit');
    return attempt;
  } catch (error) {
    await session.query('rollback').catch(() => {}); // the session may be gone, and its transaction with it
    signal?.throwIfAborted();
    throw translatePostgresError(error, {
      doing: 'taking parts back',
      environment: session.environment,
      otherwise: 'SCHEMA_STATEMENT_FAILED',
    });
  }
}

interface FollowInput extends Pick<RollBackPartsInput, 'present' | 'wanted'> {
  target: ConfirmedTarget;
  parts: RollbackParts;
  cascaded: Set<string>;
}

/** The parts with the tables whose rows would reference rows that went. @throws SafetyError `ROLLBACK_REFUSED` */
function follow(
  parts: Parts,
  broken: readonly BrokenKey[],
  { target, present, wanted, parts: asked, cascaded }: FollowInput,
): Parts {
  const known = new Map(wanted.tables.map((table) => [showRelation(table), table]));
  const canFollow = ({ child }: BrokenKey) => {
    const name = showRelation(child);
    return parts.tables !== undefined && !parts.tables.has(name) && known.has(name);
  };
  if (!asked.cascade || !parts.tables || !broken.every(canFollow))
    throw referencesRefused(target.environment, broken, !asked.cascade && broken.some(canFollow));
  const added = broken.flatMap(({ child }) => known.get(showRelation(child)) ?? []);
  for (const table of withPartitions(added, { present, wanted })) cascaded.add(table);
  return { ...parts, tables: new Set([...parts.tables, ...cascaded]) };
}
