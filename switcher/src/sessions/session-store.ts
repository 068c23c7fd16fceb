import type { ResponseHeaders, SwitchRequest } from '../contracts/switch-request.js';

/** Where choices are kept. Each of its functions may throw; what becomes of that is for the session manager. */
export interface SessionStore {
  isAvailable(request: SwitchRequest): boolean;
  /** The environment that was chosen; `undefined` where nothing is, and where it counts no more. */
  read(request: SwitchRequest): string | undefined;
  /** Whether this client chose something once, which is known without the store: a cookie says it. */
  hasChosen(request: SwitchRequest): boolean;
  store(environment: string, request: SwitchRequest): ResponseHeaders | Promise<ResponseHeaders>;
  clear(request: SwitchRequest): ResponseHeaders | Promise<ResponseHeaders>;
}

/**
 * Seconds that browsers keep a cookie at most, and longer than any choice counts: one that is out of date is sent all the same, so that its end is seen
 * instead of being taken for no choice at all.
 */
export const LINGERS_SECONDS = 400 * 86_400;
