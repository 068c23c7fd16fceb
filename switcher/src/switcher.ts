import { pino } from 'pino';
import {
  PRODUCTION_NAMES,
  parseConfig,
  type SwitcherConfig,
  type SwitcherInput,
  saidNames,
  typeOf,
} from './config-schema.js';
import { type ConnectionManager, createConnectionManager } from './connection-manager.js';
import type { EnvironmentDatabase } from './connections/connection-options.js';
import { createDatabaseSwitchListener, type DatabaseSwitchListener } from './database-switch-listener.js';
import { createEntityManagerProvider, type EntityManagerProvider } from './entity-manager-provider.js';
import type { CreateManager } from './entity-managers/create-manager.js';
import { createQueries, type Queries } from './entity-managers/queries.js';
import { createEnvironmentResolver } from './environment-resolver.js';
import { currentScope, jobScope, runInScope } from './request-scope.js';
import { createSecurityValidator, type SecurityValidator } from './security-validator.js';
import { createSessionManager, type SessionManager } from './session-manager.js';

/** Everything that one application needs: the parts, made to fit. */
export interface Switcher<Name extends string> {
  listener: DatabaseSwitchListener<Name>;
  connections: ConnectionManager<Name>;
  security: SecurityValidator;
  sessions: SessionManager;
  /** pg itself: statements of the current request's environment. */
  db: EntityManagerProvider<Name, Queries>;
  /** The same for an ORM: `entityManagers(kyselyManager())`. */
  entityManagers<Manager>(create: CreateManager<Manager>): EntityManagerProvider<Name, Manager>;
  /** Runs work of no request, a job say, with an environment. */
  run<T>(environment: Name, work: () => T): T;
  close(): Promise<void>;
}

/** @throws ConfigurationError with every mistake */
export function createSwitcher<const Name extends string>(input: SwitcherInput<Name>): Switcher<Name> {
  const config = parseConfig(input);
  const logger = (config.logger ?? pino({ name: 'switcher' })) as NonNullable<typeof config.logger>;
  const defaultEnvironment = config.default as Name;
  const names = config.names as ReadonlyMap<string, Name>;
  const connections = createConnectionManager<Name>({
    environments: databasesOf(config) as Record<Name, EnvironmentDatabase>,
    defaultEnvironment,
    timings: definedOnly(config.connections),
    logger,
  });
  const { limiter, rateLimit, ...rules } = config.security;
  const security = createSecurityValidator({ ...rules, rateLimit: limiter ?? rateLimit, defaultEnvironment, logger });
  const sessions = createSessionManager({
    options: config.session,
    logger,
    onTampered: (request) => security.logSecurityViolation(request, 'cookie'),
  });
  const { parameter, header, fallback, debug, onDecision } = config;
  const resolver = createEnvironmentResolver({
    names,
    defaultEnvironment,
    parameter,
    header,
    storedEnvironment: (request) => sessions.findChoice(request),
  });
  const isDebug = typeof debug === 'function' ? debug : () => debug;
  const listener = createDatabaseSwitchListener<Name>({
    resolver,
    security,
    sessions,
    connections,
    fallback,
    hasReadOnly: config.environments[defaultEnvironment]?.readOnlyUrl !== undefined,
    onDoubt: config.session.store === 'none' ? 'default' : config.session.onDoubt,
    header,
    isDebug,
    onDecision,
    logger,
  });
  const providers: { close(): Promise<void> }[] = [];
  const entityManagers = <Manager>(create: CreateManager<Manager>) => {
    const provider = createEntityManagerProvider<Name, Manager>({ connections, names, create });
    providers.push(provider);
    return provider;
  };
  return {
    listener,
    connections,
    security,
    sessions,
    db: entityManagers(createQueries(connections)),
    entityManagers,
    run: (environment, work) => runInScope(jobScope(environment), work),
    async close() {
      await Promise.all(providers.map((provider) => provider.close()));
      await connections.close();
    },
  };
}

export { currentScope };

function databasesOf({ environments, default: byDefault }: SwitcherConfig): Record<string, EnvironmentDatabase> {
  const entries = Object.entries(environments).map(([name, environment]) => {
    const { url, readOnlyUrl, max } = environment;
    const type = typeOf(name, environment, byDefault);
    return [name, { url, readOnlyUrl, type, max, names: saidNames(name, environment) }] as const;
  });
  const productionNames = [
    ...PRODUCTION_NAMES,
    ...entries.flatMap(([, { type, names }]) => (type === 'production' ? names : [])),
  ];
  return Object.fromEntries(entries.map(([name, database]) => [name, { ...database, productionNames }]));
}

function definedOnly<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
