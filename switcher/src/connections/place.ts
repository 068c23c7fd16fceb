import pg from 'pg';

export interface Place {
  host: string;
  port: number;
  database: string;
  user: string;
}

/** Where a URL leads, as pg reads it: parameters and environment variables included, and nothing secret. */
export function placeOf(connectionString: string | undefined): Place {
  const { host, port, database = '', user = '' } = new pg.Client({ connectionString });
  return { host, port, database, user };
}
