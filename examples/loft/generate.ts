import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { auditTables } from './data/audit-tables.js';
import { conversationTables } from './data/conversation-tables.js';
import { factsOf } from './data/facts.js';
import { guestTable } from './data/guest-table.js';
import { loftTable } from './data/loft-table.js';
import { oddTables } from './data/odd-tables.js';
import { platformTables } from './data/platform-tables.js';
import { profileTables } from './data/profile-tables.js';
import { paymentTable, reservationTable } from './data/reservation-tables.js';
import { sizesAt } from './data/sizes.js';
import { copyText, type TableRows } from './data/table-rows.js';

export interface GenerateInput {
  /** A superuser's URL of a database that holds the sample's schema and no rows. */
  url: string;
  /** 1 makes about 10,000 rows, 100 about a million. Default 1. */
  scale?: number;
  /** The same seed makes the same rows. Default 1. */
  seed?: number;
}

/** Fills the sample's tables, refreshes its materialized views and gathers statistics. Returns how many rows it stored. */
export async function generateLoft({ url, scale = 1, seed = 1 }: GenerateInput): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(SETTINGS);
    await client.query('begin');
    let rows = 0;
    for (const table of loftTables(seed, scale)) rows += await copyRows(client, table);
    await client.query(SET_SEQUENCES);
    await client.query('commit');
    await client.query('refresh materialized view public.loft_revenue');
    await client.query('refresh materialized view public."city revenue"');
    await client.query('analyze');
    return rows;
  } finally {
    await client.end();
  }
}

function loftTables(seed: number, scale: number): TableRows[] {
  const facts = factsOf(seed, sizesAt(scale));
  return [
    ...platformTables(facts),
    ...profileTables(facts),
    loftTable(facts),
    guestTable(facts),
    reservationTable(facts),
    paymentTable(facts),
    ...conversationTables(facts),
    ...auditTables(facts),
    ...oddTables(facts),
  ];
}

async function copyRows(client: pg.Client, table: TableRows): Promise<number> {
  const copy = client.query(copyFrom(`copy ${table.table} (${table.columns}) from stdin`));
  await pipeline(Readable.from(copyText(table)), copy);
  return copy.rowCount;
}

/** Rows come in an order that foreign keys would refuse, and what triggers write is among them: as a replica, the server fires neither. */
const SETTINGS = `
  set session_replication_role = replica;
  set synchronous_commit = off;
  set client_encoding = 'UTF8';
`;

/** Every sequence that fills a column goes on where its rows end, in its own steps. */
const SET_SEQUENCES = `
  do $$
  declare
    owned record;
    highest bigint;
  begin
    for owned in
      select s.seqrelid::regclass as sequence, d.refobjid::regclass as relation, a.attname as column_name
      from pg_catalog.pg_sequence s
      join pg_catalog.pg_depend d on d.objid = s.seqrelid and d.classid = 'pg_catalog.pg_class'::regclass
        and d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0
      join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    loop
      execute format('select max(%I) from %s', owned.column_name, owned.relation) into highest;
      if highest is not null then
        perform pg_catalog.setval(owned.sequence, highest);
      end if;
    end loop;
    perform pg_catalog.setval('public."Ticket-Nr"', 425);
  end
  $$;
`;
