import type { TablePlan } from '../../contracts/plan.js';
import { copyTables } from '../../engine/copy/copy-tables.js';
import { holdSnapshot } from '../../engine/copy/hold-snapshot.js';
import { prepareLedger } from '../../engine/copy/ledger.js';
import type { ValueMasker } from '../../engine/copy/mask-rows.js';
import { Session } from '../../engine/postgres/session.js';
import { startLocalPostgres } from '../../examples/local-postgres.js';
import { sourceOf, targetOf } from '../../test/support/proofs.js';

/** Rows a second from one database into another: bytes that pass, in both formats, and rows that are masked. Run: npx tsx bench/copy/copy-tables.ts */
const ROWS = 1_000_000;
const COLUMNS = ['id', 'email', 'name', 'phone', 'city', 'created_at', 'note'];
const DDL = 'id bigint, email text, name text, phone text, city text, created_at timestamptz, note text';

const server = await startLocalPostgres({ major: 17 });
const databases = ['production', 'test'].map((name) => ({ name, url: server.url(name) }));
const [from, into] = databases;
if (!from || !into) throw new Error('two databases are needed');
await using admin = await sessionOn(server.url());
for (const { name } of databases) await admin.query(`create database ${name}`);
await using production = await sessionOn(from.url);
await using test = await sessionOn(into.url);
await production.query(`create table public.people (${DDL})`);
await production.query(
  `insert into public.people
   select i, 'person' || i || '@example.org', 'Amel Benali ' || i % 997, '+21355' || i, 'Constantine', now(), 'Arrivée prévue à ' || i % 24 || ' h'
     from generate_series(1, ${ROWS}) i`,
);
await test.query(`create unlogged table public.people (${DDL})`);

const mask: ValueMasker = (value) => `user${value.length}@test.local`;
const passing = await measure('binary, nothing masked', { wire: 'binary', masked: [] });
for (const masked of [[], ['email'], ['email', 'name', 'phone', 'note']]) {
  const seconds = await measure(`text, masked: ${masked.join(', ') || 'nothing'}`, { wire: 'text', masked });
  console.log(`  ${(seconds / passing).toFixed(2)} × the time of binary bytes that pass`);
}
await server.stop();

async function measure(
  title: string,
  { wire, masked }: { wire: TablePlan['wire']; masked: string[] },
): Promise<number> {
  if (!from || !into) return 0;
  const table: TablePlan = {
    schema: 'public',
    name: 'people',
    columns: COLUMNS.map((name) => ({ name, shape: { kind: 'scalar', name: 'text' } })),
    wire,
    estimatedRows: ROWS,
    sizeBytes: 0,
  };
  const source = sourceOf(from);
  const target = targetOf(into);
  await prepareLedger(target, { operation: 'bench', epoch: title, tables: [table] });
  const abort = new AbortController();
  let seconds = 0;
  const onReady = async (snapshot: string) => {
    const start = performance.now();
    const columns = COLUMNS.map((name) => (masked.includes(name) ? mask : undefined));
    await copyTables({ source, target, tables: [table], snapshot, epoch: title, maskerOf: () => ({ columns }) });
    seconds = (performance.now() - start) / 1000;
    abort.abort();
  };
  await holdSnapshot(source, { signal: abort.signal, onReady }).catch((error: unknown) => {
    if (!abort.signal.aborted) throw error;
  });
  await test.query('truncate public.people');
  console.log(`${title}: ${seconds.toFixed(2)} s, ${(ROWS / seconds / 1000).toFixed(0)} k rows/s`);
  return seconds;
}

function sessionOn(url: string): Promise<Session> {
  return Session.open({ url, environment: 'bench', purpose: 'bench' });
}
