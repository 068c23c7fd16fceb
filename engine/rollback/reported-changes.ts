import type { RolledBackObject } from '../../contracts/clone.js';
import type { ChangePlan } from './plan-change.js';

const CHANGES = { missing: 'made', unexpected: 'dropped', different: 'replaced' } as const;

/** What became otherwise, and what had to be made again because of it. Foreign keys that only waited for rows are neither. */
export function objectChanges(
  { differences, drops, final }: ChangePlan,
  gone: ReadonlySet<string>,
): RolledBackObject[] {
  const changed = differences.map(({ kind, name, change }) => ({ kind, name, change: CHANGES[change] }));
  const told = new Set(changed.map(({ kind, name }) => `${kind} ${name}`));
  const remade = final.filter(({ makes, object, relation, statement: { kind, name } }) => {
    if (!makes || !gone.has(object) || told.has(`${kind} ${name}`) || kind === 'foreign key') return false;
    const isPart = relation !== undefined && object !== `relation ${relation}`;
    return !isPart || !(gone.has(`relation ${relation}`) || drops.has(`relation ${relation}`));
  });
  return [...changed, ...remade.map(({ statement: { kind, name } }) => ({ kind, name, change: 'remade' as const }))];
}
