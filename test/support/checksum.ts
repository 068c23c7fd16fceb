import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';

/** Everything a database holds: its schema as pg_dump writes it (servers up to the program's version), and every row and sequence. */
export async function checksum(url: string): Promise<{ schema: string; rows: Record<string, string> }> {
  return { schema: await schemaText(url), rows: await rowHashes(url) };
}

/** `pg_dump --schema-only`, without the lines that differ from run to run. */
export async function schemaText(url: string): Promise<string> {
  const { stdout } = await promisify(execFile)('pg_dump', ['--schema-only', url], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.replace(/^\\(un)?restrict .*$/gm, '');
}

/** By table: number and hash of its rows, whatever their order; by sequence: its value. */
export async function rowHashes(url: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; kind: string }>(`
      select c.oid::regclass::text as name, c.relkind as kind
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'm', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
         and (c.relkind <> 'm' or c.relispopulated)
       order by 1`);
    const hashes: Record<string, string> = {};
    for (const { name, kind } of rows) {
      const sql =
        kind === 'S'
          ? `select last_value || ' ' || is_called as hash from ${name}`
          : `select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) as hash from only ${name} t`;
      hashes[name] =
        (await client.query<{ hash: string }>(kind === 'm' ? sql.replace('only ', '') : sql)).rows[0]?.hash ?? '';
    }
    return hashes;
  } finally {
    await client.end();
  }
}
