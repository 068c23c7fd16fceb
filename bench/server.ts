import { type LocalPostgres, type PostgresMajor, startLocalPostgres } from '../examples/local-postgres.js';

/** A small production server: everything durable, WAL as a primary with replicas writes it, room for a checkpoint to be seldom. */
export const SERVER_SETTINGS: Record<string, string> = {
  shared_buffers: '2GB',
  effective_cache_size: '8GB',
  maintenance_work_mem: '256MB',
  wal_level: 'replica',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  autovacuum: 'on',
};

/** One server for source and target, of which clients of every side are treated alike. */
export function startServer(major: PostgresMajor): Promise<LocalPostgres> {
  return startLocalPostgres({ major, settings: SERVER_SETTINGS });
}
