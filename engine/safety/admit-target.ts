import { ConnectionError } from '../../contracts/errors.js';
import { besideConfirmation } from '../../contracts/stages.js';
import type { Configuration, EnvironmentSettings } from '../environments/configuration.js';
import { databaseAddress } from '../environments/database-url.js';
import { isMissingDatabase } from '../postgres/errors.js';
import { onDatabase } from '../postgres/on-database.js';
import type { Session } from '../postgres/session.js';
import type { AdmitSourceInput } from './admit-source.js';
import { isBuilding } from './building-stamp.js';
import { requireTargetConfirmation } from './confirmation.js';
import { type DatabaseIdentity, isSameDatabase, readIdentity, readSystemIdentifier } from './identity.js';
import { identitiesOf } from './known-identities.js';
import { buildingOf, openMaintenanceSession, openSession, openUnpooledSession } from './open-session.js';
import { productionEnvironments, productionOfIdentity, stampOfProduction } from './production-environments.js';
import { type ConfirmedTarget, type ConnectInput, proveReadOnlySource, proveTarget } from './proofs.js';
import { productionByIdentity, productionByStamp, productionByType, sameDatabase, stampMismatch } from './refusals.js';
import { readStamps, type Stamp } from './stamp.js';

export interface AdmitTargetInput extends AdmitSourceInput {
  /** The target's name, repeated; `beside <name>` for what is built beside it. */
  confirm: string | undefined;
  /** What it is cloned from, when it is: it must be another database. */
  source?: string | undefined;
}

/** Of a building database, every question is asked of that one. Type, confirmation, connection, stamp, identity: what needs no connection first. */
export async function admitTarget(
  configuration: Configuration,
  name: string,
  { confirm, source, operation, built, signal }: AdmitTargetInput,
): Promise<ConfirmedTarget> {
  refuseProductionType(configuration, name);
  configuration.require([name, ...(source === undefined ? [] : [source])]);
  requireTargetConfirmation({ target: built === 'beside' ? besideConfirmation(name) : name, confirm });
  if (source === name) throw sameDatabase(source, name);
  const identity = await examineTarget(configuration, name, {
    operation,
    built,
    signal,
    ...(source !== undefined && { source }),
  });
  const environment = configuration.environment(name);
  const url = environment.databaseUrl.reveal();
  const building = buildingOf(environment, { built, operation });
  const open = (session: Promise<Session>) => sameServer(session, { name, identity });
  const known = { environment, ...(operation && { operation }), ...building };
  return proveTarget({
    environment: name,
    type: environment.type,
    database: identity.database,
    ...(building && { beside: { database: databaseAddress(url).database, operation: building.operation } }),
    exists: identity.databaseOid !== null,
    url: building ? onDatabase(url, building.database) : url,
    connect: (input: ConnectInput) => open(openSession({ ...known, ...input })),
    connectMaintenance: (input: ConnectInput) => open(openMaintenanceSession({ ...known, ...input })),
    readBeside: (database) =>
      proveReadOnlySource({
        environment: name,
        type: environment.type,
        url: onDatabase(url, database),
        connect: (input) => open(openSession({ ...known, ...input, database, readOnly: true })),
      }),
  });
}

/** The identity of a database that is no production, not stamped as another environment, and not the source. @throws SafetyError for each reason */
export async function examineTarget(
  configuration: Configuration,
  name: string,
  { source, operation, built, signal }: { source?: string } & Pick<AdmitSourceInput, 'operation' | 'built' | 'signal'>,
): Promise<DatabaseIdentity> {
  refuseProductionType(configuration, name);
  configuration.require([name]);
  productionEnvironments(configuration); // its mistakes are told before anything is connected to
  const { identity, stamps } = await askTarget(configuration.environment(name), { operation, built, signal });
  const stamp = stampOfProduction(configuration, stamps);
  if (stamp) throw productionByStamp(name, stamp);
  const production = await productionOfIdentity(configuration, identity, signal);
  if (production !== undefined) throw productionByIdentity(name, production);
  const other = stamps.find(({ environment }) => environment !== name);
  if (other) throw stampMismatch(name, other);
  if (source !== undefined) await refuseSource(configuration, { name, source, identity, signal });
  return identity;
}

function refuseProductionType(configuration: Configuration, name: string): void {
  if (configuration.environments.get(name)?.type === 'production') throw productionByType(name);
}

interface AskedTarget {
  identity: DatabaseIdentity;
  stamps: Stamp[];
}

/** A database that is still to be created has its server's identity, and no oid. */
async function askTarget(
  environment: EnvironmentSettings,
  { operation, built, signal }: Pick<AdmitSourceInput, 'operation' | 'built' | 'signal'>,
): Promise<AskedTarget> {
  const building = buildingOf(environment, { built, operation });
  const input = {
    environment,
    purpose: 'guard',
    readOnly: true,
    ...building,
    ...(operation && { operation }),
    ...(signal && { signal }),
  };
  try {
    await using session = await openUnpooledSession(input);
    const identity = await readIdentity(session);
    const isThere = !building || (await isBuilding(session, { environment: environment.name, ...building }));
    return {
      identity: isThere ? identity : { ...identity, databaseOid: null },
      stamps: await readStamps(session),
    };
  } catch (error) {
    if (!isMissingDatabase(error)) throw error;
  }
  await using session = await openMaintenanceSession(input);
  const { database } = building ?? databaseAddress(environment.databaseUrl.reveal());
  return { identity: { ...(await readIdentity(session)), database, databaseOid: null }, stamps: [] };
}

interface RefuseSourceInput {
  name: string;
  source: string;
  identity: DatabaseIdentity;
  signal: AbortSignal | undefined;
}

async function refuseSource(
  configuration: Configuration,
  { name, source, identity, signal }: RefuseSourceInput,
): Promise<void> {
  const environment = configuration.environment(source);
  const { directory } = configuration;
  const known = await identitiesOf({ directory, environment, signal });
  if (known.some((database) => isSameDatabase(database, identity))) throw sameDatabase(source, name);
}

/** A name may lead elsewhere by the next connection: a moved alias, several hosts. What was not examined is not opened. */
async function sameServer(
  opening: Promise<Session>,
  { name, identity }: { name: string; identity: DatabaseIdentity },
): Promise<Session> {
  const session = await opening;
  try {
    if ((await readSystemIdentifier(session)) === identity.systemIdentifier) return session;
  } catch (error) {
    await session.close();
    throw error;
  }
  await session.close();
  throw new ConnectionError('CONNECTION_FAILED', `another server than before answers for ${name}`, {
    next: 'Let DATABASE_URL name one server, then run the command again.',
  });
}
