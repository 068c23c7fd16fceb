import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startLocalPostgres } from '../local-postgres.js';
import { createApp } from './app.js';

const { values } = parseArgs({ options: { port: { type: 'string', default: '3000' } } });

console.log('PostgreSQL starts, with a production and a development database');
const postgres = await startLocalPostgres({ major: 17 });
await run('postgres', 'create database notes', 'create database notes_dev');
const notes = 'create table notes (id int generated always as identity primary key, text text not null)';
await run('notes', notes, `insert into notes (text) values ('Call the owner of villa 7'), ('Invoice 2024-118 is due')`);
await run(
  'notes_dev',
  notes,
  `insert into notes (text) values ('xxxx xxx xxxxx xx xxxxx 0'), ('xxxxxxx 0000-000 xx xxx')`,
);
await run('notes_dev', `alter database notes_dev set "envclone.environment" = 'dev'`); // as every clone of envclone says it
await run('notes', `create role notes_reader login password 'reader'`, 'grant select on notes to notes_reader');

const readOnly = new URL(postgres.url('notes'));
[readOnly.username, readOnly.password] = ['notes_reader', 'reader'];
const { app, switcher } = createApp({
  urls: { prod: postgres.url('notes'), dev: postgres.url('notes_dev'), readOnly: readOnly.toString() },
  secret: randomBytes(32).toString('base64'),
});
const server = createServer(app);
server.listen(Number(values.port), '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as { port: number };
console.log(`
  http://127.0.0.1:${port}            production
  http://127.0.0.1:${port}/?env=dev   development, until you forget it
  curl -i -H 'X-Database-Env: dev' http://127.0.0.1:${port}/

Ctrl-C stops everything.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

async function stop(): Promise<void> {
  server.closeAllConnections();
  server.close();
  await switcher.close();
  await postgres.stop();
}

async function run(database: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url(database) });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}
