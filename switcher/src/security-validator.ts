import type { Logger } from 'pino';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { createApplicationCallbacks } from './application-callbacks.js';
import type { SecurityContext, SecurityViolation, ViolationReason } from './contracts/security-context.js';
import type { SwitchRequest } from './contracts/switch-request.js';
import { countedAs, createClientAddress, createRanges } from './security/client-address.js';
import { within } from './within.js';

/** Who may use which environment. Asked again on every request. */
export interface SecurityValidator {
  /** `undefined`: it may; otherwise what forbids it. Nothing is logged. */
  refusal(environment: string, request: SwitchRequest): Promise<ViolationReason | undefined>;
  canAccessEnvironment(environment: string, request: SwitchRequest): Promise<boolean>;
  validateIpAccess(request: SwitchRequest, environment: string): boolean;
  /** Counts one request of this client for another environment than the default. */
  checkRateLimit(request: SwitchRequest): Promise<boolean>;
  logSecurityViolation(request: SwitchRequest, reason: ViolationReason, environment?: string): void;
  contextOf(environment: string, request: SwitchRequest): Promise<SecurityContext>;
}

/** What opens an environment. Without any of them it is open to everybody, once it is named in `access`. */
export interface EnvironmentAccess {
  /** Addresses and CIDR ranges. */
  ips?: readonly string[] | undefined;
  /** One of these roles. */
  roles?: readonly string[] | undefined;
}

export interface SecurityOptions {
  /** `production`: only the default environment is open, and those that `access` names. `development`: all are. */
  mode: 'production' | 'development';
  access: Readonly<Record<string, EnvironmentAccess>>;
  trustedProxies: readonly string[];
  /** Given the framework's own request, of whatever type that is. */
  rolesOf?: ((request: never) => readonly string[] | Promise<readonly string[]>) | undefined;
  /** Of requests for other environments than the default, by client. An instance of rate-limiter-flexible shares its counts (Redis, PostgreSQL). */
  rateLimit: { requests: number; windowSeconds: number } | RateLimiterAbstract;
  onViolation?: ((violation: SecurityViolation) => unknown) | undefined;
  defaultEnvironment: string;
  logger: Logger;
}

export function createSecurityValidator(options: SecurityOptions): SecurityValidator {
  const { mode, defaultEnvironment, rolesOf, onViolation, logger } = options;
  const clientAddress = createClientAddress(options.trustedProxies);
  const limiter =
    'consume' in options.rateLimit
      ? options.rateLimit
      : new RateLimiterMemory({ points: options.rateLimit.requests, duration: options.rateLimit.windowSeconds });
  const access = new Map(Object.entries(options.access));
  const ranges = new Map([...access].map(([environment, { ips }]) => [environment, ips && createRanges(ips)]));
  const isOpen = (environment: string) =>
    environment === defaultEnvironment || mode === 'development' || access.has(environment);

  const { tell } = createApplicationCallbacks(logger);

  /** `undefined`: nobody could say in time. */
  const rolesFor = async (request: SwitchRequest): Promise<readonly string[] | undefined> => {
    const asked = (async () => (await rolesOf?.(request.raw as never)) ?? [])();
    return within<readonly string[] | undefined>(asked, PATIENCE_MS, () => undefined).catch(() => undefined);
  };

  /** What counting this request says against it. A limiter in another process may be away. */
  const counted = async (request: SwitchRequest): Promise<'rate' | 'unchecked' | undefined> => {
    try {
      const consumed = limiter.consume(countedAs(clientAddress(request)));
      await (limiter === options.rateLimit
        ? within(consumed, PATIENCE_MS, () => Promise.reject(new Error('late')))
        : consumed);
      return undefined;
    } catch (error) {
      if (error instanceof RateLimiterRes) return 'rate';
      logger.error({ event: 'rate limit unavailable' }, 'the rate limiter failed: nobody is let in uncounted');
      return 'unchecked';
    }
  };

  const validator: SecurityValidator = {
    async refusal(environment, request) {
      if (environment === defaultEnvironment) return undefined;
      const limited = await counted(request);
      if (limited) return limited;
      if (!isOpen(environment)) return 'closed';
      if (!validator.validateIpAccess(request, environment)) return 'ip';
      const wanted = access.get(environment)?.roles;
      if (!wanted) return undefined;
      const roles = await rolesFor(request);
      if (!roles) return 'unchecked';
      return wanted.some((role) => roles.includes(role)) ? undefined : 'role';
    },
    canAccessEnvironment: async (environment, request) => (await validator.refusal(environment, request)) === undefined,
    validateIpAccess(request, environment) {
      const isAllowed = ranges.get(environment);
      return isAllowed === undefined || isAllowed(clientAddress(request));
    },
    checkRateLimit: async (request) => (await counted(request)) === undefined,
    logSecurityViolation(request, reason, environment) {
      const violation: SecurityViolation = {
        at: new Date(),
        reason,
        environment,
        clientIp: clientAddress(request),
        method: request.method,
        path: pathOf(request.url).slice(0, LONGEST_PATH),
      };
      logger.warn({ event: 'security violation', violation }, 'security violation');
      if (onViolation) tell('onViolation', () => onViolation(violation));
    },
    async contextOf(environment, request) {
      const clientIp = clientAddress(request);
      const known = await limiter.get(countedAs(clientIp)).catch(() => null);
      const windowMs = limiter.duration * 1000;
      const startedMs = known ? Date.now() + known.msBeforeNext - windowMs : Date.now();
      return {
        clientIp,
        allowedIps: access.get(environment)?.ips ?? [],
        isProduction: mode === 'production',
        userRoles: (await rolesFor(request)) ?? [],
        requestCount: known?.consumedPoints ?? 0,
        windowStart: new Date(startedMs),
      };
    },
  };
  return validator;
}

const LONGEST_PATH = 200;
/** What a request waits for roles and for a limiter of another process. */
const PATIENCE_MS = 1_000;

/** Without the query, and without what comes before the path in an absolute URL: there a password may be. */
function pathOf(url: string): string {
  const path = url.startsWith('/') ? url : URL.canParse(url) ? new URL(url).pathname : '';
  return path.split(/[?#]/, 1)[0] ?? '';
}
