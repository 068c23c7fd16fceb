import type { Logger } from 'pino';
import type { ConnectionManager } from './connection-manager.js';
import type { Access, ConnectionStatus } from './contracts/connection-status.js';
import type { EnvironmentContext } from './contracts/environment-context.js';
import type { Decision, RequestScope, ResponseHeaders, SwitchRequest } from './contracts/switch-request.js';
import type { EnvironmentResolver } from './environment-resolver.js';
import { refusalHeaders, responseHeaders } from './responses/headers.js';
import { diagnosticsOf, forbidden, unavailable } from './responses/problem.js';
import type { SecurityValidator } from './security-validator.js';
import type { SessionManager } from './session-manager.js';

/** Decides, for one request, which database serves it. */
export interface DatabaseSwitchListener<Name extends string = string> {
  /** Resolves, authorises, validates, falls back and says so. Never rejects for what a request holds. */
  handle(request: SwitchRequest): Promise<Decision<Name>>;
  determineEnvironment(request: SwitchRequest): EnvironmentContext<Name>;
  validateSecurity(environment: Name, request: SwitchRequest): Promise<boolean>;
}

/** What serves when the database that a request asked for is down. */
export type FallbackPolicy = 'read-only' | 'full' | 'none';

export interface ListenerOptions<Name extends string> {
  resolver: EnvironmentResolver<Name>;
  security: SecurityValidator;
  sessions: SessionManager;
  connections: ConnectionManager<Name>;
  fallback: FallbackPolicy;
  header: string;
  isDebug(request: unknown): boolean;
  onDecision?: ((decision: Decision<Name>) => void) | undefined;
  logger: Logger;
}

export function createDatabaseSwitchListener<Name extends string>(
  options: ListenerOptions<Name>,
): DatabaseSwitchListener<Name> {
  const { resolver, security, sessions, connections, header, logger, onDecision } = options;
  const defaultEnvironment = resolver.getDefault();

  /** What the application says in a callback; its mistake is logged and breaks no request. */
  const asking = <T>(what: string, ask: () => T, otherwise: T): T => {
    try {
      return ask();
    } catch (error) {
      logger.error({ event: 'callback failed', what, error: error instanceof Error ? error.name : typeof error }, what);
      return otherwise;
    }
  };
  const isDebug = ({ raw }: SwitchRequest) => asking('debug', () => options.isDebug(raw), false);

  const determineEnvironment = (request: SwitchRequest): EnvironmentContext<Name> => {
    const context = resolver.resolve(request);
    const { environment, source, metadata } = context;
    if (metadata.invalid) {
      const event = 'invalid environment ignored';
      logger.warn({ event, environment, ...metadata.invalid }, event);
    }
    logger.debug({ event: 'environment determined', environment, source }, 'environment determined');
    return context;
  };

  const decide = async (request: SwitchRequest): Promise<Decision<Name>> => {
    let context = determineEnvironment(request);
    const cookies: ResponseHeaders[] = [];
    const refusal = await security.refusal(context.environment, request);
    if (refusal) {
      const asked = context.environment;
      security.logSecurityViolation(request, refusal, asked);
      if (context.source !== 'session')
        return { status: 'refused', problem: forbidden(refusal), headers: refusalHeaders(header, asked) };
      // What was stored while it was allowed may not lock anybody out now.
      context = Object.freeze({ ...context, environment: defaultEnvironment, source: 'default' });
      cookies.push(await sessions.clearEnvironment(request));
    }
    cookies.push(await remember(request, context));
    const served = await serve(context, request);
    if (served.status === 'refused') return served;
    return { ...served, headers: [...served.headers, ...cookies.flat()] };
  };

  /** A choice in the URL is kept, but not for a page of another site that made somebody's browser send it. */
  const remember = async (request: SwitchRequest, { environment, source }: EnvironmentContext<Name>) => {
    const url = resolver.getFromUrlParameter(request);
    if (url && 'clear' in url) return sessions.clearEnvironment(request);
    if (source !== 'url') return [];
    const site = [request.headers['sec-fetch-site'] ?? 'none'].flat().join();
    if (site !== 'same-origin' && site !== 'none') {
      security.logSecurityViolation(request, 'cross-site', environment);
      return [];
    }
    return resolvesAlready(request, environment) ? [] : sessions.storeEnvironment(environment, request);
  };

  const resolvesAlready = (request: SwitchRequest, environment: Name): boolean => {
    const stored = resolver.getFromSession(request);
    return stored !== undefined && 'environment' in stored && stored.environment === environment;
  };

  const serve = async (context: EnvironmentContext<Name>, request: SwitchRequest): Promise<Decision<Name>> => {
    const { environment } = context;
    const status = await connections.validateConnection(environment);
    if (status.isHealthy) return admit({ context, serving: environment, access: 'read-write' }, request);
    const event = 'database unavailable';
    logger.error({ event, environment, problem: status.lastError?.kind }, event);
    const access = standInAccess(environment, request);
    const statuses = [status];
    if (access) {
      const standIn = await connections.validateConnection(defaultEnvironment, access);
      if (standIn.isHealthy) {
        const fallback = access === 'read-only' ? 'read-only' : 'full';
        logger.warn({ event: 'fallback', environment, serving: defaultEnvironment, access }, 'fallback');
        return admit({ context, serving: defaultEnvironment, access }, request, fallback);
      }
      statuses.push(standIn);
    }
    return refuse(environment, statuses, request);
  };

  /** With what access the default environment may stand in; `undefined`: it may not. */
  const standInAccess = (environment: Name, request: SwitchRequest): Access | undefined => {
    if (environment === defaultEnvironment || options.fallback === 'none' || wantsStrict(request)) return undefined;
    if (options.fallback === 'full') return 'read-write';
    return SAFE_METHODS.has(request.method.toUpperCase()) ? 'read-only' : undefined;
  };

  const admit = (scope: RequestScope<Name>, request: SwitchRequest, fallback?: string): Decision<Name> => {
    const { serving, access } = scope;
    const debug = isDebug(request) ? diagnosticsOf(connections.getConnectionStatus(serving, access)) : undefined;
    const isDefault = serving === defaultEnvironment;
    const headers = responseHeaders({ header, scope, fallback, isDefault, debug });
    return { status: 'admitted', scope: Object.freeze(scope), headers };
  };

  const refuse = (environment: Name, statuses: ConnectionStatus[], request: SwitchRequest): Decision<Name> => {
    const event = 'no database available';
    logger.error({ event, environment, tried: statuses.length }, event);
    const problem = unavailable(environment, statuses, isDebug(request));
    return { status: 'refused', problem, headers: [...refusalHeaders(header, environment), ['Retry-After', '5']] };
  };

  return {
    determineEnvironment,
    validateSecurity: (environment, request) => security.canAccessEnvironment(environment, request),
    async handle(request) {
      const decision = await decide(request);
      if (onDecision) asking('onDecision', () => onDecision(decision), undefined);
      return decision;
    },
  };
}

/** RFC 9110: they change nothing. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** RFC 7240: rather an error than another database. */
function wantsStrict({ headers }: SwitchRequest): boolean {
  return /(^|[,;\s])handling\s*=\s*"?strict\b/i.test([headers.prefer ?? ''].flat().join(','));
}
