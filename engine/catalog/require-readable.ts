import { SafetyError } from '../../contracts/errors.js';
import { IS_FILTERED } from '../postgres/row-security.js';
import type { Session } from '../postgres/session.js';
import { isOwnObject, isUserSchema } from './user-objects.js';

const LISTED = 20;

/**
 * Makes sure that a clone would be complete: the role reads every row of every table, and every sequence.
 * @throws SafetyError `SOURCE_INCOMPLETE` naming the first twenty relations that it cannot read, and how many there are
 */
export async function requireReadable(session: Session, environment: string): Promise<void> {
  const unreadable = await session.query<Unreadable>(UNREADABLE);
  if (unreadable.length === 0) return;
  const listed = unreadable.slice(0, LISTED).map(({ name, reason }) => `  ${name}: ${reason}`);
  const rest = unreadable.length > LISTED ? [`  and ${unreadable.length - LISTED} more`] : [];
  throw new SafetyError(
    'SOURCE_INCOMPLETE',
    [
      `the role of ${environment} cannot read everything (${unreadable.length} ${unreadable.length === 1 ? 'relation' : 'relations'}):`,
      ...listed,
      ...rest,
    ].join('\n'),
    { details: { unreadable: unreadable.slice(0, LISTED), total: unreadable.length } },
  );
}

interface Unreadable {
  /** Qualified and quoted. */
  name: string;
  reason: string;
}

/** Rows: name, reason; partitioned tables have no rows, but pg_dump locks them, which takes the same privilege. */
const UNREADABLE = `
  select format('%I.%I', n.nspname, c.relname) as name,
         case when not has_schema_privilege(n.oid, 'USAGE') then 'no USAGE on its schema'
              when c.relkind <> 'S' and has_table_privilege(c.oid, 'SELECT') then 'row security hides rows from the role'
              else 'no SELECT'
         end as reason
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'S') and ${isUserSchema('n')} and ${isOwnObject('pg_class', 'c.oid')}
     and (not has_schema_privilege(n.oid, 'USAGE')
          or case when c.relkind = 'S' then not has_sequence_privilege(c.oid, 'SELECT')
                  else not has_table_privilege(c.oid, 'SELECT') or c.relkind = 'r' and ${IS_FILTERED}
             end)
   order by n.nspname, c.relname`;
