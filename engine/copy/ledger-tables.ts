/** One row: what is under way in this target, and the id of what it can be returned to. It outlives everything else that the target holds. */
export const OPERATION_TABLE = `
  create schema if not exists envclone;
  create table if not exists envclone.operation (
    operation text not null,
    epoch text not null,
    is_ready boolean not null,
    started_at timestamptz not null default now(),
    restore_point text,
    stage text
  );
`;

export const COPIED_TABLE = `
  create table if not exists envclone.copied (
    epoch text not null,
    table_schema text not null,
    table_name text not null,
    chunk integer not null,
    rows bigint not null,
    bytes bigint not null,
    milliseconds float8 not null,
    masked_values jsonb not null,
    copied_by text not null,
    copied_at timestamptz not null default now(),
    primary key (epoch, table_schema, table_name, chunk)
  );
`;

/** The epoch of an operation that copies nothing: not yet, no more, or never. */
export const NO_EPOCH = '';

/** A copier whose worker is gone may hold its locks for hours: until the server notices that nobody is there. */
export const END_COPIERS = `
  select pg_terminate_backend(held.pid)
    from pg_locks held
    join pg_stat_activity session on session.pid = held.pid
   where held.relation = to_regclass('envclone.operation')
     and held.database = (select oid from pg_database where datname = current_database())
     and session.application_name like 'envclone:%copy-write'
     and held.pid <> pg_backend_pid()
`;
