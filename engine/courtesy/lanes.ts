import { hasLoadLimit, type SourceLimits } from '../../contracts/environments.js';

/** How many copiers may read at once: the snapshot's holder has one connection, and each copier a second one when it looks at the load. */
export function lanesWithin(limits: SourceLimits | undefined, wanted: number): number {
  if (limits?.connections === undefined) return wanted;
  const each = hasLoadLimit(limits) ? 2 : 1;
  return Math.max(1, Math.min(wanted, Math.floor((limits.connections - 1) / each)));
}
