import type { Configuration, EnvironmentSettings } from '../environments/configuration.js';
import { type DatabaseIdentity, isSameDatabase } from './identity.js';
import { identitiesOf } from './known-identities.js';
import type { Stamp } from './stamp.js';

/** Every environment of type production. @throws ConfigurationError when one of them has mistakes: what is not known cannot be told apart */
export function productionEnvironments(configuration: Configuration): EnvironmentSettings[] {
  const productions = [...configuration.environments.values()].filter(({ type }) => type === 'production');
  configuration.require(productions.map(({ name }) => name));
  return productions;
}

/** The production environment that has this identity. Asks each of them. @throws ConnectionError when one neither answers nor ever did */
export async function productionOfIdentity(
  configuration: Configuration,
  identity: DatabaseIdentity,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { directory } = configuration;
  for (const environment of productionEnvironments(configuration)) {
    const known = await identitiesOf({ directory, environment, signal });
    if (known.some((production) => isSameDatabase(production, identity))) return environment.name;
  }
  return undefined;
}

/** The stamp that says production, or the name of an environment of that type. */
export function stampOfProduction(configuration: Configuration, stamps: readonly Stamp[]): Stamp | undefined {
  return stamps.find(
    ({ environment }) =>
      environment.toLowerCase() === 'production' || configuration.environments.get(environment)?.type === 'production',
  );
}
