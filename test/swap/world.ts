import { randomBytes } from 'node:crypto';
import { buildingName } from '../../engine/postgres/database-names.js';
import { Session } from '../../engine/postgres/session.js';
import { type ConfirmedTarget, proveTarget } from '../../engine/safety/proofs.js';
import { createBuildingDatabase } from '../../engine/swap/create-building.js';
import { databaseUrl, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';

export function newOperation(): string {
  return `clone-${randomBytes(4).toString('hex')}`;
}

type Reached = Pick<TestDatabase, 'name' | 'url'>;

/** A proof of the database that an operation builds beside another one, for tests of the stages after the guard. */
export function buildingOf(target: Reached, operation: string): ConfirmedTarget {
  const database = buildingName({ database: target.name, operation });
  const url = databaseUrl(target.url, database);
  return proveTarget({
    ...targetOf(target),
    database,
    beside: { database: target.name, operation },
    exists: false,
    url,
    connect: (input) => Session.open({ url, environment: target.name, ...input }),
  });
}

/** A building database with one table, `built`. */
export async function build(target: Reached, operation: string): Promise<void> {
  const building = buildingOf(target, operation);
  await createBuildingDatabase(building);
  await using session = await building.connect({ purpose: 'test' });
  await session.query('create table public.built (id int)');
}

/** Names of the tables in `public`, from a connection made just for this. */
export async function tablesOf({ url, name }: Reached): Promise<string[]> {
  await using session = await Session.open({ url, environment: name, purpose: 'test' });
  const rows = await session.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
  );
  return rows.map((row) => row.name);
}

/** The same database as another role reaches it. */
export function as(role: { on(database: TestDatabase): string }, database: TestDatabase): Reached {
  return { name: database.name, url: role.on(database) };
}
