import { hasLoadLimit, type SourceLimits } from '../../contracts/environments.js';
import { translatePostgresError } from '../postgres/errors.js';
import { quoteIdentifier } from '../postgres/quote.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { LOAD_LIMITS } from './source-load.js';

/** A warning for the plan when the source's role may not see what its limits are about: they would never hold a copy back. */
export async function unseenLoadWarnings(
  source: ReadOnlySource,
  limits: SourceLimits | undefined,
  { signal }: { signal?: AbortSignal } = {},
): Promise<string[]> {
  if (!limits || !hasLoadLimit(limits)) return [];
  await using session = await source.connect({ purpose: 'load', ...(signal && { signal }) });
  try {
    const { role, isSeen, isStandby } = await session.one<{ role: string; isSeen: boolean; isStandby: boolean }>(SEEN);
    const unseen = LOAD_LIMITS.filter(
      (name) => limits[name] !== undefined && !isSeen && !(isStandby && name === 'replicaLagSeconds'),
    );
    if (unseen.length === 0) return [];
    const names = unseen.map((name) => `limits.${name}`).join(', ');
    return [
      `${source.environment}: its role does not see the sessions of others, so ${names} cannot hold the copy back; as a superuser: grant pg_monitor to ${quoteIdentifier(role)}`,
    ];
  } catch (error) {
    throw translatePostgresError(error, {
      doing: 'looking at what the role may see',
      environment: source.environment,
      otherwise: 'CONNECTION_FAILED',
    });
  }
}

/** pg_monitor is a member of pg_read_all_stats, which is what the statistics views ask for. A standby knows its own lag. */
const SEEN = `
  select current_user::text as role,
         pg_has_role('pg_read_all_stats', 'usage') as "isSeen",
         pg_is_in_recovery() as "isStandby"`;
