import type { Session } from '../postgres/session.js';
import { tryStatement } from './make-objects.js';
import type { ChangePlan } from './plan-change.js';

/** Gives functions and views another definition where PostgreSQL can do that without a drop, so that what depends on them stays. Returns the plan of the rest. */
export async function replaceInPlace(session: Session, plan: ChangePlan): Promise<ChangePlan> {
  const drops = new Set(plan.drops);
  const changed = new Set(
    plan.differences.filter(({ change }) => change === 'different').map(({ kind, name }) => `${kind} ${name}`),
  );
  for (const { statement, object } of plan.final) {
    const { kind, name, sql } = statement;
    if (!drops.has(object) || !changed.has(`${kind} ${name}`) || !REPLACEABLE.test(sql)) continue;
    const reason = await tryStatement(session, sql.replace(REPLACEABLE, 'CREATE OR REPLACE $1'));
    if (reason === undefined) drops.delete(object);
  }
  return { ...plan, drops };
}

const REPLACEABLE = /^CREATE (FUNCTION|PROCEDURE|AGGREGATE|VIEW) /;
