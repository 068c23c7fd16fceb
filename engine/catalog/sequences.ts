import type { RelationName } from '../../contracts/relations.js';
import type { SequenceDefinition } from '../../contracts/schema.js';
import { quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { isOwnObject, isUserSchema } from './user-objects.js';

/** Each sequence that a statement reads stays locked until the transaction ends, and takes a few kB of the server's memory to plan. */
const SEQUENCES_A_STATEMENT = 200;

/**
 * Every sequence with where it stands, those of serial and identity columns included; on a standby all but unlogged ones, which cannot be asked
 * there. The role can read them all: `requireReadable`.
 */
export async function readSequences(session: Session): Promise<SequenceDefinition[]> {
  const names = await session.query<{ schema: string; name: string }>(`
    select n.nspname::text as schema, c.relname::text as name
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'S' and (c.relpersistence = 'p' or not pg_is_in_recovery())
       and ${isUserSchema('n')} and ${isOwnObject('pg_class', 'c.oid')}
     order by n.nspname, c.relname`);
  const sequences: SequenceDefinition[] = [];
  for (let start = 0; start < names.length; start += SEQUENCES_A_STATEMENT) {
    sequences.push(...(await readPositions(session, names.slice(start, start + SEQUENCES_A_STATEMENT))));
  }
  return sequences;
}

async function readPositions(session: Session, names: readonly RelationName[]): Promise<SequenceDefinition[]> {
  const selects = names.map(
    (name, at) =>
      `select ${at} as at, last_value::text as "lastValue", is_called as "isCalled" from ${quoteRelation(name)}`,
  );
  const rows = await session.query<{ at: number; lastValue: string; isCalled: boolean }>(selects.join('\nunion all\n'));
  const positions = new Map(rows.map(({ at, lastValue, isCalled }) => [at, { lastValue, isCalled }]));
  return names.flatMap((name, at) => {
    const position = positions.get(at);
    return position ? [{ ...name, ...position }] : [];
  });
}
