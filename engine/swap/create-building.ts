import { SchemaError } from '../../contracts/errors.js';
import { commentSql } from '../postgres/comment-lines.js';
import { translatePostgresError } from '../postgres/errors.js';
import { quoteIdentifier, quoteLiteral } from '../postgres/quote.js';
import { withBuildingStamp } from '../safety/building-stamp.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { carriedBy } from './carried-stamp.js';
import { carrySettings } from './carry-settings.js';
import { type DatabaseFacts, readDatabase } from './database-facts.js';

/**
 * Creates the database that a clone is built in: empty, stamped, with owner, locale, tablespace, settings and privileges of the target that it
 * stands beside. One that is there already stays. @throws SchemaError `SCHEMA_STATEMENT_FAILED`
 */
export async function createBuildingDatabase(
  building: ConfirmedTarget,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const { environment, database, beside } = building;
  await using session = await building.connectMaintenance({ purpose: 'create-database', ...(signal && { signal }) });
  const like = beside && (await readDatabase(session, beside.database));
  if (!like) throw new SchemaError('SCHEMA_STATEMENT_FAILED', `the database of ${environment} is not there any more`);
  try {
    const existing = await readDatabase(session, database);
    if (!existing) await session.query(createSql(database, like, session.serverMajor));
    const stamp = withBuildingStamp(null, { environment, operation: beside.operation });
    await session.query(commentSql(database, stamp));
    const from = await carriedBy(session, like);
    for (const sql of carrySettings({ from, to: database, existing })) await session.query(sql);
  } catch (error) {
    throw translatePostgresError(error, {
      doing: `creating database ${database}`,
      environment,
      otherwise: 'SCHEMA_STATEMENT_FAILED',
    });
  }
}

/** Where template0 is: to name it takes a privilege that to be there does not. */
const DEFAULT_TABLESPACE = 'pg_default';

/** From 15 on the provider is named, also where it is libc: otherwise it is template0's. */
function createSql(database: string, like: DatabaseFacts, serverMajor: number): string {
  const { owner, encoding, collate, ctype, provider, locale, icuRules, tablespace } = like;
  return [
    `create database ${quoteIdentifier(database)} template template0`,
    `owner ${quoteIdentifier(owner)}`,
    `encoding ${quoteLiteral(encoding)} lc_collate ${quoteLiteral(collate)} lc_ctype ${quoteLiteral(ctype)}`,
    serverMajor < 15 ? '' : `locale_provider ${provider}`,
    locale === null || provider === 'libc' ? '' : `${provider}_locale ${quoteLiteral(locale)}`,
    icuRules === null ? '' : `icu_rules ${quoteLiteral(icuRules)}`,
    tablespace === DEFAULT_TABLESPACE ? '' : `tablespace ${quoteIdentifier(tablespace)}`,
  ].join(' ');
}
