import type { Logger } from 'pino';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { z } from 'zod';
import type { SecurityViolation } from './contracts/security-context.js';
import type { Decision } from './contracts/switch-request.js';
import { ConfigurationError } from './errors.js';
import { parseRange } from './security/client-address.js';

const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, 'a name is a letter, then letters, digits, _ and -, 32 in all');
const postgresUrl = z.string().refine(isPostgresUrl, 'expected postgresql://user:password@host:port/database');
const range = z.string().refine(isRange, 'expected an address or a CIDR range');
const milliseconds = z.int().positive();
const callback = <T>() => z.custom<T>((value) => typeof value === 'function', 'expected a function');

const environment = z.strictObject({
  /** Where its database is. */
  url: postgresUrl,
  /** Default: `production` for the default environment, `development` for the others. */
  type: z.enum(['production', 'development']).optional(),
  /** Other names that requests may use. */
  aliases: z.array(name).default([]),
  /** What the database says it is, when it is not the environment's name or an alias. */
  identity: z.string().min(1).optional(),
  /** Of the default environment: a role that can only SELECT, for safe requests while another database is down. */
  readOnlyUrl: postgresUrl.optional(),
  /** Connections at most. */
  max: z.int().min(1).default(10),
});

/** Every option, with its default. Callbacks get the framework's own request: `(request: express.Request) => …`. */
export const configSchema = z.strictObject({
  environments: z.record(name, environment),
  /** Default: the environment of type `production`, or the one that is called `prod` or `production`. */
  default: name.optional(),
  parameter: z.string().min(1).default('env'),
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header')
    .default('X-Database-Env'),
  /** Default: `read-only` where the default environment has a `readOnlyUrl`, otherwise `none`. */
  fallback: z.enum(['read-only', 'full', 'none']).optional(),
  session: z
    .discriminatedUnion('store', [
      z.strictObject({ store: z.literal('none') }),
      z.strictObject({ store: z.literal('framework'), key: z.string().min(1).default('databaseEnvironment') }),
      z.strictObject({
        store: z.literal('cookie'),
        secrets: z.array(z.string().min(32, 'a secret has at least 32 characters')).min(1),
        name: z
          .string()
          .regex(/^[\w-]+$/)
          .default('database-env'),
        maxAgeSeconds: z
          .int()
          .positive()
          .default(8 * 3600),
        secure: z.boolean().default(true),
        sessionId: callback<(request: never) => string | undefined>().optional(),
      }),
    ])
    .default({ store: 'none' }),
  security: z
    .strictObject({
      mode: z.enum(['production', 'development']).default('production'),
      access: z
        .record(name, z.strictObject({ ips: z.array(range).optional(), roles: z.array(z.string().min(1)).optional() }))
        .default({}),
      trustedProxies: z.array(z.string().refine((value) => NAMED_RANGES.has(value) || isRange(value))).default([]),
      rolesOf: callback<(request: never) => readonly string[] | Promise<readonly string[]>>().optional(),
      rateLimit: z
        .strictObject({ requests: z.int().positive(), windowSeconds: z.int().positive() })
        .default({ requests: 6_000, windowSeconds: 60 }),
      limiter: z
        .custom<RateLimiterAbstract>(
          (value) => hasMethod(value, 'consume'),
          'expected a limiter of rate-limiter-flexible',
        )
        .optional(),
      onViolation: callback<(violation: SecurityViolation) => void>().optional(),
    })
    .prefault({}),
  /** Whether a request's response may show connections. A function decides by request. */
  debug: z.union([z.boolean(), callback<(request: never) => boolean>()]).default(false),
  connections: z
    .strictObject({
      connectTimeoutMs: milliseconds,
      queryTimeoutMs: milliseconds,
      validationTimeoutMs: milliseconds,
      healthIntervalMs: milliseconds,
      schemaIntervalMs: milliseconds,
      retries: z.int().min(0),
      retryDelayMs: milliseconds,
      retryDelayMaxMs: milliseconds,
      breakerFailures: z.int().min(1),
      breakerOpenMs: milliseconds,
    })
    .partial()
    .default({}),
  logger: z.custom<Logger>((value) => hasMethod(value, 'warn'), 'expected a logger of pino').optional(),
  /** Called with each decision, for metrics. */
  onDecision: callback<(decision: Decision) => void>().optional(),
});

export type SwitcherInput<Name extends string> = Omit<
  z.input<typeof configSchema>,
  'environments' | 'default' | 'security'
> & {
  /** A URL may come from a variable that is not set: that is a mistake like any other. */
  environments: Record<Name, Omit<z.input<typeof environment>, 'url'> & { url: string | undefined }>;
  default?: NoInfer<Name>;
  security?: Omit<NonNullable<z.input<typeof configSchema>['security']>, 'access'> & {
    access?: Partial<Record<NoInfer<Name>, { ips?: string[]; roles?: string[] }>>;
  };
};

type Parsed = z.output<typeof configSchema>;

export interface SwitcherConfig extends Omit<Parsed, 'default' | 'fallback'> {
  default: string;
  fallback: NonNullable<Parsed['fallback']>;
  /** By each name and alias in lower case. */
  names: ReadonlyMap<string, string>;
}

/** Checks everything and says every mistake at once. @throws ConfigurationError */
export function parseConfig(input: unknown): SwitcherConfig {
  const parsed = configSchema.safeParse(input);
  if (!parsed.success)
    throw new ConfigurationError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  const config = parsed.data;
  const problems: string[] = [];
  const known = Object.keys(config.environments);
  const names = namesOf(config, problems);
  const byDefault =
    config.default ??
    known.find((key) => config.environments[key]?.type === 'production') ??
    known.find((key) => /^prod(uction)?$/i.test(key));
  if (byDefault === undefined) problems.push('default: name the environment that requests use when they ask for none');
  else if (!known.includes(byDefault))
    problems.push(`default: there is no environment ${byDefault}; there is ${known.join(', ')}`);
  for (const key of Object.keys(config.security.access))
    if (!known.includes(key))
      problems.push(`security.access: there is no environment ${key}; there is ${known.join(', ')}`);
  const hasReadOnly = config.environments[byDefault ?? '']?.readOnlyUrl !== undefined;
  if (config.fallback === 'read-only' && !hasReadOnly)
    problems.push(`environments.${byDefault}.readOnlyUrl: the fallback read-only needs a role that can only SELECT`);
  const wantsRoles = Object.values(config.security.access).some((access) => access.roles);
  if (wantsRoles && !config.security.rolesOf)
    problems.push('security.rolesOf: access by role needs a function that says a request’s roles');
  if (problems.length > 0 || byDefault === undefined) throw new ConfigurationError(problems);
  return { ...config, default: byDefault, fallback: config.fallback ?? (hasReadOnly ? 'read-only' : 'none'), names };
}

function namesOf({ environments }: Parsed, problems: string[]): Map<string, string> {
  const names = new Map<string, string>();
  const places = new Map<string, string>();
  for (const [key, { aliases, url }] of Object.entries(environments)) {
    for (const each of [key, ...aliases]) {
      const taken = names.get(each.toLowerCase());
      if (each.toLowerCase() === 'clear')
        problems.push(`environments.${key}: "clear" is what forgets a choice, and no name`);
      else if (taken !== undefined && taken !== key)
        problems.push(`environments.${key}: ${each} is a name of ${taken} already`);
      names.set(each.toLowerCase(), key);
    }
    const place = placeOf(url);
    const other = places.get(place);
    if (other !== undefined) problems.push(`environments.${key}.url: it is the database of ${other}`);
    places.set(place, key);
  }
  if (names.size === 0) problems.push('environments: there is none');
  return names;
}

function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname.toLowerCase()}:${port || 5432}${pathname}`;
}

const NAMED_RANGES = new Set(['loopback', 'linklocal', 'uniquelocal']);

function isPostgresUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, pathname } = new URL(value);
  return /^postgres(ql)?:$/.test(protocol) && hostname !== '' && pathname.length > 1;
}

function isRange(value: string): boolean {
  try {
    parseRange(value);
    return true;
  } catch {
    return false;
  }
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}
