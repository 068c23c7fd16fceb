import type { Session } from '../postgres/session.js';
import { askBoth, type CheckContext, type CheckOutcome, IS_USER_SCHEMA } from './check.js';

/** No index of the target is invalid: a query would ignore it, and a unique one would not be. */
export async function checkIndexes(context: CheckContext): Promise<CheckOutcome> {
  const { target, source } = await askBoth(context, invalidIndexes);
  const outcome: CheckOutcome = { errors: [], warnings: [] };
  for (const object of target) {
    if (source?.includes(object)) {
      outcome.warnings.push({ message: `index ${object} is invalid, as in the source`, object });
    } else {
      outcome.errors.push({ code: 'VALIDATION_FAILED', message: `index ${object} is invalid`, object });
    }
  }
  return outcome;
}

/** `schema.index` of every index that is not valid or not ready. */
export async function invalidIndexes(session: Session): Promise<string[]> {
  const rows = await session.query<{ object: string }>(INVALID_INDEXES);
  return rows.map(({ object }) => object);
}

const INVALID_INDEXES = `
  select n.nspname || '.' || c.relname as object
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace
   where not (i.indisvalid and i.indisready)
     and ${IS_USER_SCHEMA}
   order by object`;
