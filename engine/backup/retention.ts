import type { RestorePointSummary } from '../../contracts/backup.js';

/** What an environment's restore points may come to. Each is a limit of its own; without any, all stay. */
export interface Retention {
  /** How many. */
  keep?: number;
  /** How old. */
  days?: number;
  /** How large together, as they are kept. */
  maxSizeBytes?: number;
  /** How many of them may be databases on the environment's server. */
  databases?: number;
}

export type Excess = 'too many' | 'too old' | 'too large together';

export interface ExcessPoint {
  point: RestorePointSummary;
  why: Excess;
}

export interface ExcessInput {
  /** Newest first. */
  points: readonly RestorePointSummary[];
  retention: Retention;
  /** Ids of those that somebody is to return to. */
  needed?: ReadonlySet<string>;
  /** Milliseconds. Default: now. */
  nowMs?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Which restore points are beyond a limit, oldest first. Never one that is needed, and never the newest that is not known to be damaged. */
export function excessPoints({
  points,
  retention,
  needed = new Set(),
  nowMs = Date.now(),
}: ExcessInput): ExcessPoint[] {
  const unlimited = Number.POSITIVE_INFINITY;
  const { keep = unlimited, days = unlimited, databases = unlimited, maxSizeBytes } = retention;
  const newestGood = points.find(({ verification }) => verification?.result !== 'damaged');
  const mayGo = (point: RestorePointSummary) => point !== newestGood && !needed.has(point.id);
  const excess: ExcessPoint[] = [];
  let kept = points.length;
  let keptDatabases = points.filter(isDatabase).length;
  let keptBytes = points.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const point of [...points].reverse()) {
    const isOld = nowMs - Date.parse(point.createdAt) > days * DAY_MS;
    const isLarge = maxSizeBytes !== undefined && keptBytes > maxSizeBytes;
    const areMany = kept > keep || (isDatabase(point) && keptDatabases > databases);
    const why = isOld ? 'too old' : areMany ? 'too many' : isLarge ? 'too large together' : undefined;
    if (!why || !mayGo(point)) continue;
    excess.push({ point, why });
    kept -= 1;
    if (isDatabase(point)) keptDatabases -= 1;
    keptBytes -= point.sizeBytes;
  }
  return excess;
}

function isDatabase({ kind }: RestorePointSummary): boolean {
  return kind === 'database';
}
