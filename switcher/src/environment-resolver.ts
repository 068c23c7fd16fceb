import type {
  EnvironmentContext,
  EnvironmentMetadata,
  EnvironmentSource,
  InvalidReason,
} from './contracts/environment-context.js';
import type { SwitchRequest } from './contracts/switch-request.js';

/** Reads which environment a request asks for: URL parameter, header, session, and otherwise the default. */
export interface EnvironmentResolver<Name extends string = string> {
  resolve(request: SwitchRequest): EnvironmentContext<Name>;
  getFromUrlParameter(request: SwitchRequest): Asked<Name> | undefined;
  getFromHeader(request: SwitchRequest): Asked<Name> | undefined;
  getFromSession(request: SwitchRequest): Asked<Name> | undefined;
  getDefault(): Name;
}

/** What one place of a request says. */
export type Asked<Name extends string> =
  | { environment: Name }
  | { clear: true }
  | { invalid: InvalidReason; value: string };

export interface EnvironmentResolverOptions<Name extends string> {
  /** By each name and alias in lower case. */
  names: ReadonlyMap<string, Name>;
  defaultEnvironment: Name;
  parameter: string;
  header: string;
  /** What the session holds; it may have any form. */
  storedEnvironment(request: SwitchRequest): string | undefined;
}

/** `?env=clear` forgets the session's choice. */
const CLEAR = 'clear';
const LONGEST = 64;

export function createEnvironmentResolver<Name extends string>(
  options: EnvironmentResolverOptions<Name>,
): EnvironmentResolver<Name> {
  const { names, defaultEnvironment, parameter, storedEnvironment } = options;
  const header = options.header.toLowerCase();

  const read = (values: readonly string[]): Asked<Name> | undefined => {
    const [value, ...others] = values;
    if (value === undefined) return undefined;
    if (others.length > 0) {
      const reason = others.every((other) => other === value) ? 'repeated' : 'conflicting';
      return { invalid: reason, value: printable(values.join(', ')) };
    }
    if (value.length > LONGEST) return { invalid: 'too long', value: printable(value) };
    const environment = names.get(value.trim().toLowerCase());
    return environment === undefined ? { invalid: 'unknown', value: printable(value) } : { environment };
  };

  const resolver: EnvironmentResolver<Name> = {
    getFromUrlParameter({ url }) {
      const values = parametersOf(url, parameter);
      return values.length === 1 && values[0]?.trim().toLowerCase() === CLEAR ? { clear: true } : read(values);
    },
    getFromHeader({ headers }) {
      const sent = headers[header];
      return read(
        sent === undefined ? [] : [sent].flat().flatMap((value) => value.split(',').map((part) => part.trim())),
      );
    },
    getFromSession(request) {
      const stored = storedEnvironment(request);
      return stored === undefined ? undefined : read([stored]);
    },
    getDefault: () => defaultEnvironment,
    resolve(request) {
      const asked = firstOf(request, resolver);
      const isChosen = asked !== undefined && 'environment' in asked.said;
      return Object.freeze({
        environment: isChosen && 'environment' in asked.said ? asked.said.environment : defaultEnvironment,
        source: isChosen ? asked.source : 'default',
        metadata: asked ? metadataOf(asked) : NOTHING,
        resolvedAt: new Date(),
      });
    },
  };
  return resolver;
}

const NOTHING: EnvironmentMetadata = Object.freeze({});

function metadataOf({ source, said }: Said<string>): EnvironmentMetadata {
  if ('clear' in said) return { isCleared: true };
  return 'invalid' in said ? { invalid: { source, value: said.value, reason: said.invalid } } : NOTHING;
}

interface Said<Name extends string> {
  source: EnvironmentSource;
  said: Asked<Name>;
}

/** The first place that says anything, right or wrong: what is invalid is not made up for by a place behind it. */
function firstOf<Name extends string>(
  request: SwitchRequest,
  resolver: EnvironmentResolver<Name>,
): Said<Name> | undefined {
  const url = resolver.getFromUrlParameter(request);
  if (url) return { source: 'url', said: url };
  const header = resolver.getFromHeader(request);
  if (header) return { source: 'header', said: header };
  const session = resolver.getFromSession(request);
  return session && { source: 'session', said: session };
}

/** Without parsing anything when the parameter is nowhere in the URL, as in nearly every request. */
function parametersOf(url: string, parameter: string): string[] {
  const at = url.indexOf('?');
  if (at === -1) return [];
  const query = url.slice(at + 1);
  if (!query.includes(parameter) && !query.includes('%')) return [];
  const hash = url.indexOf('#');
  if (hash !== -1 && hash < at) return [];
  return new URLSearchParams(hash === -1 ? query : url.slice(at + 1, hash)).getAll(parameter);
}

/** For a log: nobody's control characters, and no more than it takes to recognise a mistake. */
function printable(value: string): string {
  return value.slice(0, LONGEST).replace(/[^\x20-\x7e]/g, '?');
}
