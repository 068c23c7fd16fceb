import type { ConnectionManager } from './connection-manager.js';
import type { Access } from './contracts/connection-status.js';
import type { RequestScope } from './contracts/switch-request.js';
import type { CreateManager } from './entity-managers/create-manager.js';
import { EnvironmentSwitchedError, UnknownEnvironmentError } from './errors.js';
import { currentScope, findScope } from './request-scope.js';

/** The entity manager of the request that asks. */
export interface EntityManagerProvider<Name extends string, Manager> {
  /**
   * Without a name: of the current request's environment.
   * @throws NoRequestError outside a request without a name; EnvironmentSwitchedError when a request names another environment than its own
   */
  getEntityManager(environment?: Name): Manager;
  /** Whose database serves the current request. @throws NoRequestError */
  getCurrentEnvironment(): Name;
  /** Ends an environment's entity manager; the next who asks gets a new one. */
  resetEntityManager(environment: Name): Promise<void>;
  close(): Promise<void>;
}

export interface ProviderInput<Name extends string, Manager> {
  connections: ConnectionManager<Name>;
  names: ReadonlyMap<string, Name>;
  create: CreateManager<Manager>;
}

export function createEntityManagerProvider<Name extends string, Manager>(
  input: ProviderInput<Name, Manager>,
): EntityManagerProvider<Name, Manager> {
  const { connections, create } = input;
  const known = [...new Set(input.names.values())];
  const managers = new Map<string, ReturnType<CreateManager<Manager>>>();
  const keyOf = (environment: Name, access: Access) => `${access} ${environment}`;

  const managerOf = (environment: Name, access: Access, scope?: RequestScope): Manager => {
    const key = keyOf(environment, access);
    const made = managers.get(key) ?? create({ environment, access, pool: connections.pool(environment, access) });
    managers.set(key, made);
    return made.get(scope);
  };
  const end = async (keys: string[]) => {
    const ended = keys.flatMap((key) => managers.get(key) ?? []);
    for (const key of keys) managers.delete(key);
    await Promise.all(ended.map(({ close }) => close?.()));
  };

  return {
    getEntityManager(environment) {
      if (environment !== undefined && !known.includes(environment)) throw new UnknownEnvironmentError(known);
      const scope = environment === undefined ? currentScope() : findScope();
      if (!scope) return managerOf(environment as Name, 'read-write');
      if (environment !== undefined && environment !== scope.serving)
        throw new EnvironmentSwitchedError(scope.serving, environment);
      return managerOf(scope.serving as Name, scope.access, scope);
    },
    getCurrentEnvironment: () => currentScope().serving as Name,
    resetEntityManager: (environment) => end([keyOf(environment, 'read-write'), keyOf(environment, 'read-only')]),
    close: () => end([...managers.keys()]),
  };
}
