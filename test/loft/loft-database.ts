import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { Session } from '../../engine/postgres/session.js';
import { type CreateLoftInput, createLoft } from '../../examples/loft/create.js';
import { databaseUrl, onServer, type PostgresMajor } from '../support/databases.js';

export interface LoftDatabase extends AsyncDisposable {
  name: string;
  url: string;
  serverUrl: string;
  session(): Promise<Session>;
}

/** A small sample in a database of its own; dropped when disposed. Those without options are copies of one per test file and version. */
export async function loftDatabase({
  major = 17,
  ...input
}: { major?: PostgresMajor } & Partial<CreateLoftInput> = {}): Promise<LoftDatabase> {
  const serverUrl = inject('postgresUrls')[major];
  const name = newName();
  if (Object.keys(input).length === 0) await copyTemplate(major, name);
  else await createLoft({ serverUrl, database: name, scale: SMALL, ...input });
  const url = databaseUrl(serverUrl, name);
  return {
    name,
    url,
    serverUrl,
    session: () => openSession(url),
    [Symbol.asyncDispose]: () => onServer(serverUrl, `drop database ${name} with (force)`),
  };
}

const SMALL = 0.05;
/** The last use of each template: the next one waits for it. */
const templates = new Map<PostgresMajor, Promise<string>>();

async function copyTemplate(major: PostgresMajor, name: string): Promise<void> {
  const serverUrl = inject('postgresUrls')[major];
  const before = templates.get(major) ?? createTemplate(serverUrl);
  const copied = before.then(async (template) => {
    await onServer(serverUrl, `create database ${name} template ${template}`);
    return template;
  });
  templates.set(major, copied);
  await copied;
}

async function createTemplate(serverUrl: string): Promise<string> {
  const database = newName();
  await createLoft({ serverUrl, database, scale: SMALL });
  return database;
}

function newName(): string {
  return `loft_${randomBytes(6).toString('hex')}`;
}

export function openSession(url: string): Promise<Session> {
  return Session.open({ url, environment: 'loft', purpose: 'test' });
}

/** Relations of the sample that hold rows, as SQL writes them. */
export async function tablesOf(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1`,
  );
  return rows.map(({ name }) => name);
}
