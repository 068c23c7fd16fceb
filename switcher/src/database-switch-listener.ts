import type { Logger } from 'pino';
import { createApplicationCallbacks } from './application-callbacks.js';
import type { ConnectionManager } from './connection-manager.js';
import type { Access, ConnectionStatus } from './contracts/connection-status.js';
import type { EnvironmentContext } from './contracts/environment-context.js';
import type { ViolationReason } from './contracts/security-context.js';
import type {
  Decision,
  RefusalReason,
  RequestScope,
  ResponseHeaders,
  SwitchRequest,
} from './contracts/switch-request.js';
import type { EnvironmentResolver } from './environment-resolver.js';
import { refusalHeaders, responseHeaders } from './responses/headers.js';
import { diagnosticsOf, refused, unavailable } from './responses/problem.js';
import type { SecurityValidator } from './security-validator.js';
import type { OnDoubt, SessionManager } from './session-manager.js';
import { createChoiceKeeper } from './sessions/keep-choice.js';
import { describeDecision } from './telemetry.js';

/** Decides, for one request, which database serves it. */
export interface DatabaseSwitchListener<Name extends string = string> {
  /**
   * Resolves, authorises, validates, falls back and says so. At once where nothing has to be waited for: a promise costs more than the decision does.
   * Never throws or rejects for what a request holds.
   */
  handle(request: SwitchRequest): Decision<Name> | Promise<Decision<Name>>;
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
  /** The default environment has a role that can only SELECT. */
  hasReadOnly: boolean;
  onDoubt: OnDoubt;
  header: string;
  isDebug(request: unknown): boolean;
  /** For metrics: each decision, and how long it took. */
  onDecision?: ((decision: Decision<Name>, measured: { durationMs: number }) => unknown) | undefined;
  logger: Logger;
}

export function createDatabaseSwitchListener<Name extends string>(
  options: ListenerOptions<Name>,
): DatabaseSwitchListener<Name> {
  const { resolver, security, sessions, connections, header, logger, onDecision } = options;
  const defaultEnvironment = resolver.getDefault();

  const keepChoice = createChoiceKeeper({ sessions, security, resolver, isStrict: options.onDoubt === 'refuse' });
  const { ask, tell } = createApplicationCallbacks(logger);
  const isDebug = ({ raw }: SwitchRequest) => ask('debug', () => options.isDebug(raw), false);

  const determineEnvironment = (request: SwitchRequest): EnvironmentContext<Name> => {
    const context = resolver.resolve(request);
    const { environment, source, metadata } = context;
    if (metadata.invalid) {
      const event = 'invalid environment ignored';
      logger.warn({ event, environment, ...metadata.invalid }, event);
    }
    if (metadata.unreadable) logger.warn({ event: 'choice unreadable', environment }, 'choice unreadable');
    logger.debug({ event: 'environment determined', environment, source }, 'environment determined');
    return context;
  };

  /** The usual request: nothing to authorise, nothing to remember, and a database that is known to be well. Or one that would write, and nobody knows where. */
  const decideAtOnce = (context: EnvironmentContext<Name>, request: SwitchRequest): Decision<Name> | undefined => {
    const { environment, source, metadata } = context;
    if (metadata.unreadable && options.onDoubt === 'refuse' && !isSafe(request))
      return refuse('unreadable', environment);
    if (environment !== defaultEnvironment || source === 'url' || metadata.isCleared) return undefined;
    if (!connections.isHealthy(environment)) return undefined;
    return admit({ context, serving: environment, access: 'read-write' }, request);
  };

  const decide = async (context: EnvironmentContext<Name>, request: SwitchRequest): Promise<Decision<Name>> => {
    const { environment, source } = context;
    const refusal = await security.refusal(environment, request);
    if (refusal) {
      security.logSecurityViolation(request, refusal, environment);
      const isLocking = source === 'session' && LASTING.has(refusal);
      return isLocking && isSafe(request) ? readDefault(context, request) : refuse(refusal, environment);
    }
    const kept = await keepChoice(context, request);
    if (kept.refusal) return refuse(kept.refusal, environment);
    return withHeaders(await serve(context, request), kept.headers);
  };

  /** What was stored while it was allowed locks nobody out, and stays: the default environment is read, and what was to be written in the other is not written here. */
  const readDefault = async (context: EnvironmentContext<Name>, request: SwitchRequest): Promise<Decision<Name>> => {
    const access = options.hasReadOnly ? 'read-only' : 'read-write';
    const status = await connections.validateConnection(defaultEnvironment, access);
    if (!status.isHealthy) return noDatabase(defaultEnvironment, [status], request);
    const instead = Object.freeze({ ...context, environment: defaultEnvironment, source: 'default' as const });
    const fallback = options.hasReadOnly ? 'read-only' : undefined;
    return admit({ context: instead, serving: defaultEnvironment, access }, request, fallback);
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
    return noDatabase(environment, statuses, request);
  };

  /** With what access the default environment may stand in; `undefined`: it may not. */
  const standInAccess = (environment: Name, request: SwitchRequest): Access | undefined => {
    if (environment === defaultEnvironment || options.fallback === 'none' || wantsStrict(request)) return undefined;
    if (options.fallback === 'full') return 'read-write';
    return isSafe(request) ? 'read-only' : undefined;
  };

  const admit = (scope: RequestScope<Name>, request: SwitchRequest, fallback?: string): Decision<Name> => {
    const { serving, access } = scope;
    const debug = isDebug(request) ? diagnosticsOf(connections.getConnectionStatus(serving, access)) : undefined;
    const isDefault = serving === defaultEnvironment;
    const headers = responseHeaders({ header, scope, fallback, isDefault, debug });
    return { status: 'admitted', scope: Object.freeze(scope), headers };
  };

  const noDatabase = (requested: Name, statuses: ConnectionStatus[], request: SwitchRequest): Decision<Name> => {
    const event = 'no database available';
    logger.error({ event, environment: requested, tried: statuses.length }, event);
    const problem = unavailable(requested, statuses, isDebug(request));
    const headers: ResponseHeaders = [...refusalHeaders(header, requested), ['Retry-After', '5']];
    return { status: 'refused', reason: 'unavailable', requested, problem, headers };
  };

  const refuse = (reason: Exclude<RefusalReason, 'unavailable'>, requested: Name): Decision<Name> => ({
    status: 'refused',
    reason,
    requested,
    problem: refused(reason),
    headers: refusalHeaders(header, requested),
  });

  return {
    determineEnvironment,
    validateSecurity: (environment, request) => security.canAccessEnvironment(environment, request),
    handle(request) {
      const startedAt = onDecision ? performance.now() : 0;
      const said = (decision: Decision<Name>): Decision<Name> => {
        describeDecision(decision);
        if (onDecision) tell('onDecision', () => onDecision(decision, { durationMs: performance.now() - startedAt }));
        return decision;
      };
      const context = determineEnvironment(request);
      const atOnce = decideAtOnce(context, request);
      return atOnce ? said(atOnce) : decide(context, request).then(said);
    },
  };
}

/** Refusals that hold until somebody changes the access; the others may be over at the next request. */
const LASTING: ReadonlySet<ViolationReason> = new Set(['closed', 'ip', 'role']);

function withHeaders<Name extends string>(decision: Decision<Name>, headers: ResponseHeaders): Decision<Name> {
  return headers.length === 0 ? decision : { ...decision, headers: [...decision.headers, ...headers] };
}

/** RFC 9110: it changes nothing. */
function isSafe({ method }: SwitchRequest): boolean {
  return SAFE_METHODS.has(method.toUpperCase());
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** RFC 7240: rather an error than another database. */
function wantsStrict({ headers }: SwitchRequest): boolean {
  return /(^|[,;\s])handling\s*=\s*"?strict\b/i.test([headers.prefer ?? ''].flat().join(','));
}
