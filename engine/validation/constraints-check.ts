import type { Session } from '../postgres/session.js';
import { askBoth, type CheckContext, type CheckOutcome, IS_USER_SCHEMA } from './check.js';

/** No constraint is left unvalidated that the source has validated. One that the source has not is a warning. */
export async function checkConstraints(context: CheckContext): Promise<CheckOutcome> {
  const { target, source } = await askBoth(context, unvalidatedConstraints);
  const outcome: CheckOutcome = { errors: [], warnings: [] };
  for (const object of target) {
    if (source && !source.has(object)) {
      outcome.errors.push({
        code: 'VALIDATION_FAILED',
        message: `constraint ${object} is validated in the source and not in the target`,
        object,
      });
    } else {
      const also = source ? ', as in the source' : '';
      outcome.warnings.push({ message: `constraint ${object} is not validated${also}`, object });
    }
  }
  return outcome;
}

/** `schema.table.constraint`, domains included. */
async function unvalidatedConstraints(session: Session): Promise<Set<string>> {
  const rows = await session.query<{ object: string }>(UNVALIDATED);
  return new Set(rows.map(({ object }) => object));
}

const UNVALIDATED = `
  select n.nspname || '.' || coalesce(c.relname, t.typname) || '.' || k.conname as object
    from pg_constraint k
    left join pg_class c on c.oid = k.conrelid
    left join pg_type t on t.oid = k.contypid
    join pg_namespace n on n.oid = coalesce(c.relnamespace, t.typnamespace)
   where not k.convalidated
     and ${IS_USER_SCHEMA}
   order by object`;
