export type { SwitcherInput } from './config-schema.js';
export { type ConnectionManager, createConnectionManager } from './connection-manager.js';
export type { Access, ConnectionProblem, ConnectionStatus, SchemaStatus } from './contracts/connection-status.js';
export type { EnvironmentContext, EnvironmentSource } from './contracts/environment-context.js';
export type { SecurityContext, SecurityViolation, ViolationReason } from './contracts/security-context.js';
export type { Decision, Problem, RequestScope, RequestSession, SwitchRequest } from './contracts/switch-request.js';
export {
  createDatabaseSwitchListener,
  type DatabaseSwitchListener,
  type FallbackPolicy,
} from './database-switch-listener.js';
export { createEntityManagerProvider, type EntityManagerProvider } from './entity-manager-provider.js';
export type { CreateManager, ManagerInput } from './entity-managers/create-manager.js';
export type { Queries } from './entity-managers/queries.js';
export { createEnvironmentResolver, type EnvironmentResolver } from './environment-resolver.js';
export * from './errors.js';
export { createSecurityValidator, type EnvironmentAccess, type SecurityValidator } from './security-validator.js';
export { createSessionManager, type SessionManager, type SessionOptions } from './session-manager.js';
export { createSwitcher, currentScope, type Switcher } from './switcher.js';
