import { postgresFields, translatePostgresError } from '../postgres/errors.js';
import { quoteIdentifier } from '../postgres/quote.js';
import type { ConfirmedTarget } from '../safety/proofs.js';

const DEPENDENT_OBJECTS_STILL_EXIST = '2BP01';

/** Creates the roles that objects of the source need, unable to log in. Those that are there already stay as they are. */
export async function createRoles(
  target: ConfirmedTarget,
  roles: readonly string[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  if (roles.length === 0) return;
  await using session = await target.connectMaintenance({ purpose: 'create-roles', ...(signal && { signal }) });
  const present = await session.query<{ rolname: string }>('select rolname from pg_roles where rolname = any($1)', [
    roles,
  ]);
  const names = new Set(present.map(({ rolname }) => rolname));
  for (const role of roles.filter((name) => !names.has(name))) {
    await session.query(`create role ${quoteIdentifier(role)} nologin`).catch((error: unknown) => {
      throw failed(error, `creating role ${role}`, target);
    });
  }
}

/** Drops roles that `createRoles` made. One that something outside the target has come to need stays. */
export async function dropRoles(
  target: ConfirmedTarget,
  roles: readonly string[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  if (roles.length === 0) return;
  await using session = await target.connectMaintenance({ purpose: 'drop-roles', ...(signal && { signal }) });
  for (const role of roles) {
    await session.query(`drop role if exists ${quoteIdentifier(role)}`).catch((error: unknown) => {
      if (postgresFields(error)?.code === DEPENDENT_OBJECTS_STILL_EXIST) return;
      throw failed(error, `dropping role ${role}`, target);
    });
  }
}

function failed(error: unknown, doing: string, { environment }: ConfirmedTarget): Error {
  return translatePostgresError(error, { doing, environment, otherwise: 'SCHEMA_STATEMENT_FAILED' });
}
