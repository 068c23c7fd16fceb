import type { Logger } from 'pino';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { z } from 'zod';
import { placeOf } from './connections/place.js';
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
const onDoubt = z.enum(['default', 'refuse']).default('default');
const callback = <T>() => z.custom<T>((value) => typeof value === 'function', 'expected a function');

const environment = z.strictObject({
  /** Where its database is. */
  url: postgresUrl,
  /** Default: `production` for the default environment and for what is called `prod` or `production`, `development` for the others. */
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
      z.strictObject({
        store: z.literal('framework'),
        key: z.string().min(1).default('databaseEnvironment'),
        onDoubt,
      }),
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
        onDoubt,
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
      onViolation: callback<(violation: SecurityViolation) => unknown>().optional(),
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
  /** For metrics: each decision, and how long it took. */
  onDecision: callback<(decision: Decision, measured: { durationMs: number }) => unknown>().optional(),
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
  const { problems, byDefault, hasReadOnly, names } = examine(readable.parse(input));
  const issues = parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  if (!parsed.success || problems.length > 0 || byDefault === undefined)
    throw new ConfigurationError([...issues, ...problems]);
  const fallback = parsed.data.fallback ?? (hasReadOnly ? 'read-only' : 'none');
  return { ...parsed.data, default: byDefault, fallback, names };
}

/** What production is called by itself: no other environment's database may say it. */
export const PRODUCTION_NAMES: readonly string[] = ['prod', 'production'];

export function typeOf(
  name: string,
  { type }: { type?: 'production' | 'development' | undefined },
  byDefault: string | undefined,
): 'production' | 'development' {
  if (type) return type;
  return name === byDefault || PRODUCTION_NAMES.includes(name.toLowerCase()) ? 'production' : 'development';
}

/** What the database of an environment may say it is. */
export function saidNames(
  name: string,
  { aliases, identity }: { aliases: readonly string[]; identity?: string | undefined },
): readonly string[] {
  return identity === undefined ? [name, ...aliases] : [identity];
}

const text = z.string().optional().catch(undefined);
const NO_ENVIRONMENT = { aliases: [] as string[] };

/** What can be read of a configuration that may have mistakes: what is not of its type counts as not there. */
const readable = z
  .object({
    environments: z
      .record(
        z.string(),
        z
          .object({
            url: text,
            readOnlyUrl: text,
            identity: text,
            type: z.enum(['production', 'development']).optional().catch(undefined),
            aliases: z.array(z.string()).catch([]),
          })
          .catch(NO_ENVIRONMENT),
      )
      .catch({}),
    default: text,
    fallback: text,
    security: z
      .object({
        access: z.record(z.string(), z.object({ roles: z.unknown().optional() }).catch({ roles: undefined })).catch({}),
        rolesOf: z.unknown().optional(),
      })
      .catch({ access: {}, rolesOf: undefined }),
  })
  .catch({ environments: {}, default: undefined, fallback: undefined, security: { access: {}, rolesOf: undefined } });

type Readable = z.output<typeof readable>;

/** Mistakes that only several options together show. */
function examine(config: Readable) {
  const { environments, security } = config;
  const problems: string[] = [];
  const known = Object.keys(environments);
  const names = namesOf(config, problems);
  const byDefault =
    config.default ??
    known.find((key) => environments[key]?.type === 'production') ??
    known.find((key) => PRODUCTION_NAMES.includes(key.toLowerCase()));
  if (byDefault === undefined) problems.push('default: name the environment that requests use when they ask for none');
  else if (!known.includes(byDefault))
    problems.push(`default: there is no environment ${byDefault}; there is ${known.join(', ')}`);
  examineIdentities(environments, byDefault, problems);
  for (const key of Object.keys(security.access))
    if (!known.includes(key))
      problems.push(`security.access: there is no environment ${key}; there is ${known.join(', ')}`);
  const hasReadOnly = byDefault !== undefined && environments[byDefault]?.readOnlyUrl !== undefined;
  if (config.fallback === 'read-only' && !hasReadOnly)
    problems.push(`environments.${byDefault}.readOnlyUrl: the fallback read-only needs a role that can only SELECT`);
  const wantsRoles = Object.values(security.access).some((access) => access.roles !== undefined);
  if (wantsRoles && !security.rolesOf)
    problems.push('security.rolesOf: access by role needs a function that says a request’s roles');
  return { problems, byDefault, hasReadOnly, names };
}

function namesOf({ environments }: Readable, problems: string[]): Map<string, string> {
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
    const place = readablePlace(url);
    if (place === undefined) continue;
    const other = places.get(place);
    if (other !== undefined) problems.push(`environments.${key}.url: it is the database of ${other}`);
    places.set(place, key);
  }
  if (names.size === 0) problems.push('environments: there is none');
  return names;
}

/** No two environments may be told by the same word, and none but production by production's. */
function examineIdentities(environments: Readable['environments'], byDefault: string | undefined, problems: string[]) {
  const ownerByWord = new Map<string, string>();
  for (const [key, environment] of Object.entries(environments)) {
    const isProduction = typeOf(key, environment, byDefault) === 'production';
    for (const word of saidNames(key, environment)) {
      const owner = ownerByWord.get(word.toLowerCase());
      if (environment.identity !== undefined && owner !== undefined)
        problems.push(`environments.${key}.identity: the database of ${owner} says ${word} too`);
      if (!isProduction && PRODUCTION_NAMES.includes(word.toLowerCase()))
        problems.push(`environments.${key}: ${word} is what production is called, and ${key} is of type development`);
      ownerByWord.set(word.toLowerCase(), key);
    }
  }
}

function readablePlace(url: string | undefined): string | undefined {
  if (url === undefined || !isPostgresUrl(url)) return undefined;
  try {
    const { host, port, database } = placeOf(url);
    return `${host.toLowerCase()}:${port}/${database}`;
  } catch {
    return undefined; // a certificate that is not there, say: the pool tells
  }
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
