import type { Configuration, EnvironmentSettings } from '../environments/configuration.js';
import { onDatabase } from '../postgres/on-database.js';
import type { Session } from '../postgres/session.js';
import { isBuilding } from './building-stamp.js';
import { readIdentity } from './identity.js';
import { primaryOf } from './known-identities.js';
import { buildingOf, openSession, openUnpooledSession } from './open-session.js';
import { productionOfIdentity, stampOfProduction } from './production-environments.js';
import { proveReadOnlySource, type ReadOnlySource } from './proofs.js';
import { readStamps, type Stamp } from './stamp.js';
import { standbyWarnings } from './standby-warnings.js';

export interface AdmitSourceInput {
  /** For the alert that production is read. */
  operation?: string | undefined;
  requestedBy?: string | undefined;
  /** `beside`: the database that `operation` builds beside the environment's own. Sources have none. */
  built?: 'beside' | undefined;
  signal?: AbortSignal | undefined;
}

export interface SourceDependencies {
  configuration: Configuration;
  enforceReadOnlyAccess(session: Session): Promise<string[]>;
  alertOnProductionAccess(operation: string, about: { environment?: string; requestedBy?: string }): Promise<void>;
}

/** Production in every guise is proven unable to write: what another type, stamp or URL hides, identity shows. */
export async function admitSource(
  dependencies: SourceDependencies,
  name: string,
  { operation, requestedBy, signal }: AdmitSourceInput,
): Promise<ReadOnlySource> {
  const { configuration, enforceReadOnlyAccess, alertOnProductionAccess } = dependencies;
  configuration.require([name]);
  const environment = configuration.environment(name);
  await using session = await openUnpooledSession({
    environment,
    purpose: 'guard',
    readOnly: true,
    ...(operation && { operation }),
    ...(signal && { signal }),
  });
  const stamps = await readStamps(session);
  const identity = await readIdentity(session);
  await primaryOf({ directory: configuration.directory, environment, signal }, identity);
  const isProduction =
    environment.type === 'production' ||
    stampOfProduction(configuration, stamps) !== undefined ||
    (await productionOfIdentity(configuration, identity, signal)) !== undefined;
  const seen = [...stampWarnings(name, stamps), ...(await standbyWarnings(session, environment))];
  if (!isProduction) return readOnlySource(environment, environment.type, seen, operation);
  const warnings = await enforceReadOnlyAccess(session);
  await alertOnProductionAccess(operation ?? 'a look', { environment: name, ...(requestedBy && { requestedBy }) });
  return readOnlySource(environment, 'production', [...seen, ...warnings], operation);
}

/** A look at an environment that is no production needs no production server to answer. */
export async function admitReader(
  dependencies: SourceDependencies,
  name: string,
  input: AdmitSourceInput,
): Promise<ReadOnlySource> {
  const { configuration } = dependencies;
  configuration.require([name]);
  const environment = configuration.environment(name);
  if (environment.type === 'production') return admitSource(dependencies, name, input);
  const { operation, signal } = input;
  const building = buildingOf(environment, input);
  await using session = await openUnpooledSession({
    environment,
    purpose: 'guard',
    readOnly: true,
    ...building,
    ...(operation && { operation }),
    ...(signal && { signal }),
  });
  if (building) await isBuilding(session, { environment: name, operation: building.operation });
  const stamps = await readStamps(session);
  if (stampOfProduction(configuration, stamps)) return admitSource(dependencies, name, input);
  return readOnlySource(environment, environment.type, stampWarnings(name, stamps), operation, building?.database);
}

function readOnlySource(
  environment: EnvironmentSettings,
  type: ReadOnlySource['type'],
  warnings: string[],
  operation: string | undefined,
  database?: string,
): ReadOnlySource {
  const url = environment.databaseUrl.reveal();
  const known = { environment, ...(operation && { operation }), ...(database !== undefined && { database }) };
  return proveReadOnlySource({
    environment: environment.name,
    type,
    url: database === undefined ? url : onDatabase(url, database),
    warnings,
    connect: (input) => openSession({ ...known, ...input, readOnly: true }),
  });
}

function stampWarnings(name: string, stamps: readonly Stamp[]): string[] {
  return stamps
    .filter(({ environment }) => environment !== name)
    .map(({ environment }) => `the database of ${name} says that it is ${environment}`);
}
