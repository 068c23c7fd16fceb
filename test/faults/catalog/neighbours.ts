import type pg from 'pg';
import type { FaultWorld } from '../world/fault-world.js';
import type { Fault } from '../world/run-fault.js';

/** Others who use the databases at the same time. */
export const NEIGHBOUR_FAULTS: Fault[] = [
  {
    name: 'a table of the source is dropped',
    changesSource: true,
    inject: ({ source }) => source.onDatabase('drop table public.messages cascade'),
  },
  {
    name: 'a table of the source gets a column',
    changesSource: true,
    inject: ({ source }) => source.onDatabase(`alter table public.guests add column added text default 'x'`),
  },
  holding('somebody in the target holds locks on rows', 'select 1 from public.lofts for update'),
  holding('somebody in the target holds a lock on a table', 'lock table public.lofts in access exclusive mode'),
];

/** For ten seconds, as the role of the configuration: a superuser's session keeps a swap from being made. */
function holding(name: string, statement: string): Fault {
  const sessions = new WeakMap<FaultWorld, pg.Client>();
  return {
    name,
    async inject(world) {
      const session = await world.target.open();
      sessions.set(world, session);
      await session.query('begin');
      await session.query(statement);
    },
    heal: async (world) => sessions.get(world)?.end(),
    healAfterMs: 10_000,
  };
}
