import type { Session } from '../postgres/session.js';
import { askBoth, type CheckContext, type CheckOutcome, IS_USER_SCHEMA } from './check.js';

/** Every table that row security protects in the source is protected in the target, by as many policies. */
export async function checkRowSecurity(context: CheckContext): Promise<CheckOutcome> {
  const { target, source } = await askBoth(context, readRowSecurity);
  const outcome: CheckOutcome = { errors: [], warnings: [] };
  for (const [table, asked] of source ?? []) {
    const found = target.get(table);
    if (!found) continue; // a table that is missing is what the checks of schema and rows report
    for (const message of weaknesses(asked, found)) {
      outcome.errors.push({ code: 'VALIDATION_FAILED', message: `${table}: ${message}`, object: table });
    }
  }
  return outcome;
}

interface RowSecurity {
  isEnabled: boolean;
  isForced: boolean;
  policies: number;
}

function weaknesses(source: RowSecurity, target: RowSecurity): string[] {
  const messages: string[] = [];
  if (source.isEnabled && !target.isEnabled) messages.push('row security is off in the target');
  if (source.isForced && !target.isForced) messages.push('row security is not forced on the owner in the target');
  if (source.policies !== target.policies) {
    messages.push(`number of policies is ${target.policies} in the target and ${source.policies} in the source`);
  }
  return messages;
}

async function readRowSecurity(session: Session): Promise<Map<string, RowSecurity>> {
  const rows = await session.query<RowSecurity & { table: string }>(ROW_SECURITY);
  return new Map(rows.map(({ table, ...security }) => [table, security]));
}

const ROW_SECURITY = `
  select n.nspname || '.' || c.relname as table,
         c.relrowsecurity as "isEnabled",
         c.relforcerowsecurity as "isForced",
         (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p')
     and ${IS_USER_SCHEMA}
   order by 1`;
