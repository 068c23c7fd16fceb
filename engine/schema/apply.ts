import { type ExtensionDefinition, type SchemaStatement, unnumbered } from '../../contracts/schema.js';
import { showIdentifier } from '../postgres/quote.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { aboutAny } from './satellites.js';
import { applyBatch, openSchemaSession } from './schema-session.js';

export interface ApplyOptions {
  signal?: AbortSignal;
  /** Called with the number of statements done. */
  onProgress?(done: number): void;
  /** What is there already stays: for an attempt after one that may have come far. Default `false`. */
  tolerateExisting?: boolean;
}

/** One transaction and one round trip; a bigger one would need more locks than a server has by default. */
const BATCH = 500;

/** Each takes as long as its table is big, so each is its own transaction: done is done. */
const LONG_KINDS = new Set(['index', 'primary key', 'unique', 'exclusion', 'foreign key', 'check', 'statistics']);

/**
 * Runs statements of a dump in their order, in batches. The caller undoes what a failure leaves.
 * @throws SchemaError `SCHEMA_STATEMENT_FAILED` with kind and name of the statement; DataError `CONSTRAINT_VIOLATED` when rows break a constraint
 */
export async function applyStatements(
  target: ConfirmedTarget,
  statements: readonly SchemaStatement[],
  { signal, onProgress, tolerateExisting = false }: ApplyOptions = {},
): Promise<void> {
  if (statements.length === 0) return;
  await using session = await openSchemaSession(target, { purpose: 'apply-schema', ...(signal && { signal }) });
  let done = 0;
  for (const batch of batchesOf(statements)) {
    await applyBatch(session, batch, { tolerateExisting });
    signal?.throwIfAborted();
    done += batch.length;
    onProgress?.(done);
  }
}

/** Consecutive statements that make one round trip; what takes long is alone. */
export function* batchesOf(statements: readonly SchemaStatement[]): Generator<SchemaStatement[]> {
  let batch: SchemaStatement[] = [];
  for (const statement of statements) {
    const isLong = LONG_KINDS.has(statement.kind) && !statement.sql.endsWith(' NOT VALID');
    if (batch.length > 0 && (isLong || batch.length === BATCH)) {
      yield batch;
      batch = [];
    }
    if (isLong) yield [statement];
    else batch.push(statement);
  }
  if (batch.length > 0) yield batch;
}

/** The statements without those that make the given objects, or are about them. */
export function withoutObjects(
  statements: readonly SchemaStatement[],
  objects: readonly { kind: string; name: string }[],
): SchemaStatement[] {
  const isLeftOut = aboutAny(objects);
  return statements.filter((statement) => !isLeftOut(statement));
}

/** The statements without privileges on what belongs to these extensions: they are their owner's to give. */
export function withoutPrivilegesOn(
  statements: readonly SchemaStatement[],
  extensions: readonly ExtensionDefinition[],
  names: readonly string[],
): SchemaStatement[] {
  const granted = extensions.flatMap(({ name, granted = [] }) => (names.includes(name) ? granted : []));
  return granted.length === 0 ? [...statements] : withoutObjects(statements, granted);
}

/** The statements without those that give objects to the roles, act for them, or take an owner's privileges from them; such objects belong to the applying role. */
export function withoutOwners(statements: readonly SchemaStatement[], roles: readonly string[]): SchemaStatement[] {
  if (roles.length === 0) return [...statements];
  const left = new Set(roles);
  const revoked = roles.map((role) => ` from ${showIdentifier(role)}`);
  return statements.filter(({ kind, name, sql }) => {
    if (kind === 'privilege') return !revoked.some((end) => unnumbered(name).endsWith(end));
    const pattern = kind === 'owner' ? OWNER : kind === 'default privilege' ? ACTING_ROLE : undefined;
    const [, quoted, plain = ''] = pattern?.exec(sql) ?? [];
    return pattern === undefined || !left.has(quoted?.replaceAll('""', '"') ?? plain);
  });
}

const OWNER = /.* OWNER TO (?:"((?:[^"]|"")+)"|(\S+))$/s;
const ACTING_ROLE = /^ALTER DEFAULT PRIVILEGES FOR ROLE (?:"((?:[^"]|"")+)"|(\S+))/;
