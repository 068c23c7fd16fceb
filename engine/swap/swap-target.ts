import { SchemaError } from '../../contracts/errors.js';
import { commentSql } from '../postgres/comment-lines.js';
import { buildingName, keptName } from '../postgres/database-names.js';
import { quoteIdentifier } from '../postgres/quote.js';
import { buildingStampOf, withBuildingStamp } from '../safety/building-stamp.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { carriedBy } from './carried-stamp.js';
import { carrySettings } from './carry-settings.js';
import { type DatabaseFacts, readDatabase } from './database-facts.js';
import { exchangeNames } from './exchange.js';
import { keptStamp } from './kept-stamp.js';
import { returnedStamp } from './returned-stamp.js';

interface SwapInput {
  operation: string;
  signal?: AbortSignal;
}

/**
 * Lets the operation's building database take the target's name, with what the target has of settings, privileges and comment at this moment. The
 * target, renamed and closed, becomes the operation's restore point. Called again, it finds that done, or does it.
 * @throws ConnectionError `TARGET_IN_USE`, SchemaError; target and building are then what they were
 */
export async function swapTarget(target: ConfirmedTarget, { operation, signal }: SwapInput): Promise<void> {
  const { environment, database } = target;
  const names = namesOf(target, operation);
  const { current, carried, building, kept } = await readThree(target, { ...names, signal });
  if (isSwapped({ building, kept, operation })) return;
  if (!current || !carried || !building) throw gone(current ? names.building : database, environment);
  requireOwnBuilding(building, { environment, operation });
  const counts = await countContent(target, signal);
  const stamp = { environment, operation, createdAt: new Date().toISOString(), ...counts };
  await exchangeNames(target, {
    renamings: [
      { from: database, to: names.kept },
      { from: names.building, to: database },
    ],
    statements: [
      ...carrySettings({ from: carried, to: names.building, existing: building }),
      `alter database ${quoteIdentifier(names.building)} connection limit ${current.connectionLimit}`,
      commentSql(names.building, returnedStamp.without(carried.comment)),
      commentSql(database, keptStamp.with(current.comment, stamp)),
      `alter database ${quoteIdentifier(database)} allow_connections false`,
    ],
    signal,
  });
}

/** Undoes `swapTarget`: the clone is a building database again. Does nothing where nothing was swapped. */
export async function unswapTarget(target: ConfirmedTarget, { operation, signal }: SwapInput): Promise<void> {
  const { environment, database } = target;
  const names = namesOf(target, operation);
  const { current, building, kept } = await readThree(target, { ...names, signal });
  if (!kept || !isSwapped({ building, kept, operation })) return;
  await exchangeNames(target, {
    renamings: [...(current ? [{ from: database, to: names.building }] : []), { from: names.kept, to: database }],
    statements: [
      ...(current ? [commentSql(database, withBuildingStamp(current.comment, { environment, operation }))] : []),
      commentSql(names.kept, keptStamp.without(kept.comment)),
      `alter database ${quoteIdentifier(names.kept)} allow_connections true`,
    ],
    signal,
  });
}

function namesOf({ database }: ConfirmedTarget, operation: string): { building: string; kept: string } {
  return { building: buildingName({ database, operation }), kept: keptName({ database, operation }) };
}

interface Three {
  current: DatabaseFacts | undefined;
  /** What of `current` this role can give the building database. */
  carried: DatabaseFacts | undefined;
  building: DatabaseFacts | undefined;
  kept: DatabaseFacts | undefined;
}

async function readThree(
  { database, connectMaintenance }: ConfirmedTarget,
  { building, kept, signal }: { building: string; kept: string; signal: AbortSignal | undefined },
): Promise<Three> {
  await using session = await connectMaintenance({ purpose: 'swap', ...(signal && { signal }) });
  const current = await readDatabase(session, database);
  return {
    current,
    carried: current && (await carriedBy(session, current)),
    building: await readDatabase(session, building),
    kept: await readDatabase(session, kept),
  };
}

/** One transaction does it all, so that there is nothing in between. */
function isSwapped({ building, kept, operation }: Pick<Three, 'building' | 'kept'> & { operation: string }): boolean {
  return !building && keptStamp.of(kept?.comment ?? null)?.operation === operation;
}

function requireOwnBuilding(
  { database, comment }: DatabaseFacts,
  { environment, operation }: { environment: string; operation: string },
): void {
  const stamp = buildingStampOf(comment);
  if (stamp?.environment !== environment || stamp.operation !== operation) throw gone(database, environment);
}

function gone(database: string, environment: string): SchemaError {
  return new SchemaError(
    'SCHEMA_STATEMENT_FAILED',
    `the database ${database} of ${environment} was renamed or dropped while the clone was made`,
  );
}

/** Rows as the server's statistics have them: counting them would take as long as reading everything. */
export async function countContent(
  { connect }: ConfirmedTarget,
  signal?: AbortSignal,
): Promise<{ tables: number; records: number }> {
  await using session = await connect({ purpose: 'swap', ...(signal && { signal }) });
  return await session.one<{ tables: number; records: number }>(
    `select count(*)::int as tables, coalesce(sum(greatest(c.reltuples, 0)), 0)::float8 as records
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'`,
  );
}
