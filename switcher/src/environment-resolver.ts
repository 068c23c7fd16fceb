import type {
  EnvironmentContext,
  EnvironmentMetadata,
  EnvironmentSource,
  InvalidReason,
} from './contracts/environment-context.js';
import type { SwitchRequest } from './contracts/switch-request.js';
import type { StoredChoice } from './session-manager.js';

/** Reads which environment a request asks for: URL parameter, header, session, and otherwise the default. What is invalid is ignored: the next place decides. */
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
  | { invalid: InvalidReason; value: string }
  | { unreadable: true };

export interface EnvironmentResolverOptions<Name extends string> {
  /** By each name and alias in lower case. */
  names: ReadonlyMap<string, Name>;
  defaultEnvironment: Name;
  parameter: string;
  header: string;
  /** What the session holds; it may have any form. */
  storedEnvironment(request: SwitchRequest): StoredChoice | undefined;
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
      return stored === undefined || 'unreadable' in stored ? stored : read([stored.environment]);
    },
    getDefault: () => defaultEnvironment,
    resolve(request) {
      let metadata = NOTHING;
      for (const [source, said] of placesOf(request, resolver)) {
        if (!said) continue;
        if ('environment' in said) return contextOf(said.environment, source, metadata);
        if ('clear' in said) return contextOf(defaultEnvironment, 'default', { ...metadata, isCleared: true });
        metadata = { ...metadata, ...ignored(source, said, metadata) };
      }
      return contextOf(defaultEnvironment, 'default', metadata);
    },
  };
  return resolver;
}

const NOTHING: EnvironmentMetadata = Object.freeze({});

function contextOf<Name extends string>(
  environment: Name,
  source: EnvironmentSource,
  metadata: EnvironmentMetadata,
): EnvironmentContext<Name> {
  return Object.freeze({ environment, source, metadata, resolvedAt: new Date() });
}

/** In their order, each read when the ones before it said nothing that counts. */
function* placesOf<Name extends string>(
  request: SwitchRequest,
  resolver: EnvironmentResolver<Name>,
): Generator<[EnvironmentSource, Asked<Name> | undefined]> {
  yield ['url', resolver.getFromUrlParameter(request)];
  yield ['header', resolver.getFromHeader(request)];
  yield ['session', resolver.getFromSession(request)];
}

/** What is said of a value that does not count: the first one is told, and a session's is a choice that is not known. */
function ignored(
  source: EnvironmentSource,
  said: Ignored,
  { invalid: before }: EnvironmentMetadata,
): EnvironmentMetadata {
  if ('unreadable' in said) return { unreadable: true };
  const invalid = before ?? { source, value: said.value, reason: said.invalid };
  return source === 'session' ? { invalid, unreadable: true } : { invalid };
}

type Ignored = Extract<Asked<string>, { invalid: InvalidReason } | { unreadable: true }>;

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
