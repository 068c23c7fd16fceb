import { pino } from 'pino';
import { inject } from 'vitest';
import { createDatabase, onServer, type PostgresMajor, type TestDatabase } from '../../../test/support/databases.js';
import type { SwitcherInput } from '../../src/config-schema.js';
import { createSwitcher, type Switcher } from '../../src/switcher.js';

export type Name = 'prod' | 'dev';

export interface LogEntry {
  level: number;
  event?: string;
  [key: string]: unknown;
}

export interface SwitcherWorld extends AsyncDisposable {
  prod: TestDatabase;
  dev: TestDatabase;
  /** What the switcher logged so far. */
  logs: LogEntry[];
  /** A role that can only SELECT in production. */
  readOnlyUrl: string;
  switcher(
    input?: Partial<SwitcherInput<Name>> & { urls?: Partial<Record<Name | 'readOnly', string>> },
  ): Switcher<Name>;
  /** Where a token was written. */
  whereIs(token: string): Promise<Name[]>;
}

export const SECRET = 'a-secret-of-forty-characters-for-a-test!';

/** `write_token` writes with the rights of its owner, whoever calls it. */
const SCHEMA = `
  create table tokens (token text primary key);
  create function write_token(token text) returns void language sql security definer as 'insert into tokens values (token)';`;

/** Two databases of one server: production, and a clone that says it is `dev`. Each has the table `tokens`. */
export async function createSwitcherWorld({ major = 17 }: { major?: PostgresMajor } = {}): Promise<SwitcherWorld> {
  const prod = await createDatabase({ major, sql: SCHEMA });
  const dev = await createDatabase({ major, sql: SCHEMA });
  await dev.run(`alter database "${dev.name}" set "envclone.environment" = 'dev'`);
  const role = `reader_of_${prod.name}`;
  await prod.run(
    `create role "${role}" login password 'reader'; grant select on all tables in schema public to "${role}"; revoke create on schema public from public`,
  );
  const readOnly = new URL(prod.url);
  readOnly.username = role;
  readOnly.password = 'reader';
  const logs: LogEntry[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => logs.push(JSON.parse(line) as LogEntry) });
  const open = new Set<Switcher<Name>>();

  return {
    prod,
    dev,
    logs,
    readOnlyUrl: readOnly.toString(),
    switcher({ urls, ...input } = {}) {
      const made = createSwitcher<Name>({
        environments: {
          prod: { url: urls?.prod ?? prod.url, readOnlyUrl: urls?.readOnly ?? readOnly.toString() },
          dev: { url: urls?.dev ?? dev.url },
        },
        security: { mode: 'development', rateLimit: { requests: 100_000, windowSeconds: 60 } },
        session: { store: 'cookie', secrets: [SECRET], secure: false, onDoubt: 'refuse' },
        logger,
        ...input,
      });
      open.add(made);
      return made;
    },
    async whereIs(token) {
      const found: Name[] = [];
      for (const [name, database] of [
        ['prod', prod],
        ['dev', dev],
      ] as const) {
        const rows = await database.column(`select 1 from tokens where token = '${token.replaceAll("'", "''")}'`);
        if (rows.length > 0) found.push(name);
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      for (const switcher of open) await switcher.close();
      await prod[Symbol.asyncDispose]();
      await dev[Symbol.asyncDispose]();
      await onServer(inject('postgresUrls')[major], `drop role if exists "${role}"`);
    },
  };
}
