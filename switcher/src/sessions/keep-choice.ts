import type { EnvironmentContext } from '../contracts/environment-context.js';
import type { ResponseHeaders, SwitchRequest } from '../contracts/switch-request.js';
import type { EnvironmentResolver } from '../environment-resolver.js';
import type { SecurityValidator } from '../security-validator.js';
import type { SessionManager } from '../session-manager.js';

export interface ChoiceKeeperInput<Name extends string> {
  sessions: SessionManager;
  security: SecurityValidator;
  resolver: EnvironmentResolver<Name>;
  /** Whether a page whose choice was not kept is refused. */
  isStrict: boolean;
}

/** `refusal`: a browser would show this page from an environment that its forms and scripts do not reach. */
export interface KeptChoice {
  headers: ResponseHeaders;
  refusal?: 'cross-site' | 'not-kept';
}

/** Keeps what a URL says of the choice, and ends it when that is what it says; but not for a page of another site that made somebody's browser send it. */
export function createChoiceKeeper<Name extends string>(input: ChoiceKeeperInput<Name>) {
  const { sessions, security, resolver, isStrict } = input;

  /** The requests that follow use it already. */
  const isStored = (environment: Name, request: SwitchRequest): boolean => {
    const stored = resolver.getFromSession(request);
    return stored !== undefined && 'environment' in stored && stored.environment === environment;
  };
  const notKept = (refusal: 'cross-site' | 'not-kept', environment: Name, request: SwitchRequest): KeptChoice => {
    const isPage = isStrict && sessions.isConfigured && environment !== resolver.getDefault() && isNavigation(request);
    return isPage && !isStored(environment, request) ? { headers: [], refusal } : { headers: [] };
  };

  return async (
    { environment, source, metadata }: EnvironmentContext<Name>,
    request: SwitchRequest,
  ): Promise<KeptChoice> => {
    if (source !== 'url' && !metadata.isCleared) return { headers: [] };
    if (!isOwnSite(request)) {
      security.logSecurityViolation(request, 'cross-site', environment);
      return notKept('cross-site', environment, request);
    }
    if (metadata.isCleared) return { headers: await sessions.clearEnvironment(request) };
    const { isKept, headers } = await sessions.storeEnvironment(environment, request);
    return isKept ? { headers } : notKept('not-kept', environment, request);
  };
}

/** By what browsers say and no script can; a request that does not say it is of no browser, or of an old one. */
function isOwnSite({ headers }: SwitchRequest): boolean {
  return ['same-origin', 'none'].includes([headers['sec-fetch-site'] ?? 'none'].flat().join());
}

/** A page, which sends more by itself. */
function isNavigation({ headers }: SwitchRequest): boolean {
  return headers['sec-fetch-mode'] === 'navigate';
}
