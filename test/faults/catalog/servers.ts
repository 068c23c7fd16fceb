import type { Side } from '../world/databases.js';
import { type Fault, NothingToBreak } from '../world/run-fault.js';

/** The two database servers and the sessions in them. */
export const SERVER_FAULTS: Fault[] = [
  {
    name: 'the session that holds the snapshot is ended',
    inject: ({ source }) => endSessions(source, `application_name like 'envclone:%:snapshot'`),
  },
  { name: 'the source restarts', inject: ({ source }) => source.server.restart('fast') },
  {
    name: 'the target crashes and comes back',
    inject: ({ target }) => target.server.restart('crash'),
    emptiesUnlogged: true,
  },
  {
    name: 'all sessions in the target are ended',
    inject: ({ target }) => endSessions(target, `backend_type = 'client backend'`),
  },
];

async function endSessions({ onServer }: Side, where: string): Promise<void> {
  const { rowCount } = await onServer(
    `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and ${where}`,
  );
  if (!rowCount) throw new NothingToBreak(`no session where ${where}`);
}
